package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code GET events} and {@code POST me/frames}: what a page has that gets no WebSocket through. */
class EventsServerIT extends WithServers {

    @Test
    void strangersAndForeignPagesAreRefused() {
        FormLogin login = FormLogin.as("guest600", first);
        assertThat(EventStream.open(FormLogin.none(first), "").status()).isEqualTo(401);
        assertThat(EventStream.open(login, "", "Origin", "http://evil.example").status()).isEqualTo(403);
        assertThat(EventStream.open(login, "last_id=nonsense").status()).isEqualTo(400);
        assertThat(login.post("/bellhop/events", "text/plain", "").statusCode()).isEqualTo(405);
    }

    @Test
    void messagesComeWithTheirPositionAndAreResumedAfterIt() {
        FormLogin login = FormLogin.as("guest601", first);
        String last;
        try (EventStream stream = EventStream.open(login, "").read()) {
            assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
            assertThat(stream.header("Cache-Control")).contains("no-store");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.awaitType("login").getJsonObject("data").getString("user_id")).isEqualTo("guest601");
            assertThat(stream.lines().get(0)).isEqualTo(":");
            redis.add(message("n", to("guest601"), data("[1,\n2]")));
            last = stream.awaitType("n").getString("id");
            assertThat(stream.lines()).contains("id:" + last);
        }
        redis.add(message("n", to("guest601"), data(2)));
        try (EventStream back = EventStream.open(login, "", "Last-Event-ID", last).read()) {
            assertThat(back.awaitType("login").getJsonObject("data").getBoolean("recovered")).isTrue();
            assertThat(back.awaitType("n").getInt("data")).isEqualTo(2);
            assertThat(back.frames("n")).hasSize(1);
        }
    }

    @Test
    void whatThePageSendsIsAnsweredAndHandedToTheApplication() {
        FormLogin login = FormLogin.as("guest602", first);
        try (EventStream stream = EventStream.open(login, "").read()) {
            String connection = stream.awaitType("login").getJsonObject("data").getString("connection");
            String path = "/bellhop/api/me/frames?connection=" + connection + "&user_id=guest602";
            assertThat(login.post(path, "application/json", "[{\"msg_type\":\"ping\"},{\"msg_type\":\"hello602\",\"data\":1},{}]").body())
                    .startsWith("[{\"msg_type\":\"pong\"},{\"msg_type\":\"error\"").contains("bad_message");
            assertThat(login.post("/bellhop/api/me/frames", "application/json", "{\"msg_type\":\"hello602\",\"data\":2}").body()).isEqualTo("[]");
            await().until(() -> redis.commands().xrange("websocket:consumer:stream", io.lettuce.core.Range.unbounded()).stream()
                    .filter(entry -> entry.getBody().get("msg_type").equals("hello602") && entry.getBody().get("from_user_id").equals("guest602")).count() == 2);
            assertThat(login.post("/bellhop/api/me/frames?user_id=bob", "application/json", "[]").statusCode()).isEqualTo(403);
            assertThat(login.post("/bellhop/api/me/frames", "application/json", "[},{]").statusCode()).isEqualTo(400);
            assertThat(FormLogin.none(first).post("/bellhop/api/me/frames", "application/json", "[]").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aPositionCountsForItsOwnUserOnly() {
        FormLogin login = FormLogin.as("guest607", first);
        String last;
        try (EventStream stream = EventStream.open(login, "").read()) {
            stream.awaitType("login");
            redis.add(message("n", to("guest607"), data(1)));
            last = stream.awaitType("n").getString("id");
            redis.add(message("n", to("guest607"), data(2)));
            await().until(() -> stream.frames("n").size() == 2);
            redis.publish(message("passing", to("guest607")));
            stream.awaitType("passing");
        }
        try (EventStream own = EventStream.open(login, "user_id=guest607&last_id=" + last).read();
                EventStream other = EventStream.open(login, "user_id=guest608&last_id=" + last).read()) {
            assertThat(own.awaitType("n").getInt("data")).isEqualTo(2);
            assertThat(other.awaitType("login").getJsonObject("data").getString("from_id")).as("what no page has been sent yet").isNotEqualTo(last);
        }
    }

    @Test
    void whatHasBeenReadIsToldToTheOtherPagesAndNotToItself() {
        FormLogin login = FormLogin.as("guest609", first);
        try (EventStream stream = EventStream.open(login, "").read(); EventStream other = EventStream.open(login, "").read(); Page page = Page.loggedIn(login)) {
            String connection = stream.awaitType("login").getJsonObject("data").getString("connection");
            other.awaitType("login");
            redis.add(message("n", to("guest609")));
            String id = stream.awaitType("n").getString("id");
            assertThat(login.post("/bellhop/api/me/frames?connection=" + connection, "application/json",
                    "{\"msg_type\":\"read\",\"data\":{\"id\":\"" + id + "\"}}").body()).isEqualTo("[]");
            assertThat(other.awaitType("read").getJsonObject("data").getString("id")).isEqualTo(id);
            assertThat(page.awaitType("read").getJsonObject("data").getString("id")).isEqualTo(id);
            redis.publish(message("after", to("guest609")));
            stream.awaitType("after");
            assertThat(stream.frames("read")).isEmpty();
        }
    }

    @Test
    void theLimitsAreThoseOfAWebSocket() {
        FormLogin login = FormLogin.as("guest610", first);
        String pings = "[" + "{\"msg_type\":\"ping\"},".repeat(79) + "{\"msg_type\":\"ping\"}]";
        try (EventStream stream = EventStream.open(login, "").read()) {
            String path = "/bellhop/api/me/frames?connection=" + stream.awaitType("login").getJsonObject("data").getString("connection");
            String answers = login.post(path, "application/json", pings).body();
            assertThat(answers).contains("pong", "rate_limited");
            assertThat(login.post("/bellhop/api/me/frames", "application/json", "{\"msg_type\":\"ping\"}").body()).as("another allowance").contains("pong");
            assertThat(login.post(path, "application/json", "{\"msg_type\":\"a\",\"data\":\"" + "x".repeat(70_000) + "\"}").body()).contains("too_large");
            assertThat(login.post(path, "application/json", "\"" + "x".repeat(3_000_000) + "\"").statusCode()).isEqualTo(413);
            for (int i = 0; i < 20 && !stream.isOver(); i++) {
                login.post(path, "application/json", pings);
            }
            assertThat(stream.awaitType("close").getJsonObject("data").getInt("code")).isEqualTo(1008);
            await().until(stream::isOver);
        }
    }

    @Test
    void theOldestOfTooManyGoes() {
        FormLogin login = FormLogin.as("guest611", first);
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 51; i++) {
            streams.add(EventStream.open(login, "").read());
            streams.get(i).awaitType("login");
        }
        assertThat(streams.get(0).awaitType("close").getJsonObject("data").getInt("code")).isEqualTo(4409);
        await().until(streams.get(0)::isOver);
        redis.publish(message("rest", to("guest611")));
        streams.subList(1, 51).forEach(stream -> stream.awaitType("rest"));
        streams.forEach(EventStream::close);
    }

    @Test
    void aLogoutEndsTheStreamsOfThatLoginAndNoOther() {
        FormLogin leaving = FormLogin.as("guest612", first);
        FormLogin staying = FormLogin.as("guest612", first);
        try (EventStream stream = EventStream.open(leaving, "").read(); EventStream other = EventStream.open(staying, "").read()) {
            stream.awaitType("login");
            other.awaitType("login");
            leaving.logout();
            await().until(stream::isOver);
            // a server that ends a login by itself may leave no time for a word
            assertThat(stream.frames("close")).allSatisfy(frame -> assertThat(frame.getJsonObject("data").getInt("code")).isEqualTo(4401));
            assertThat(EventStream.open(leaving, "").status()).isEqualTo(401);
            redis.publish(message("after", to("guest612")));
            other.awaitType("after");
        }
    }

    @Test
    void aNodeThatGoesAwaySaysSo() {
        FormLogin login = FormLogin.as("guest613", first);
        try (EventStream stream = EventStream.open(login, "").read()) {
            stream.awaitType("login");
            first.undeploy("bellhop.war");
            try {
                assertThat(stream.awaitType("close").getJsonObject("data").getInt("code")).isEqualTo(1001);
                await().until(stream::isOver);
            } finally {
                first.deploy("bellhop.war");
                first.awaitReady();
            }
        }
    }

    @Test
    void aMessageThatLooksLikeTheLastFrameIsOne() {
        try (EventStream stream = EventStream.open(FormLogin.as("guest614", first), "").read()) {
            stream.awaitType("login");
            redis.publish(message("close", to("guest614"), data("{\"code\":4403}")));
            stream.awaitType("close");
            redis.publish(message("after", to("guest614")));
            stream.awaitType("after");
            assertThat(stream.lines()).doesNotContain("event:close");
        }
    }

    @Test
    void whyItEndsIsTheLastFrame() {
        FormLogin login = FormLogin.as("guest603", first);
        try (EventStream stream = EventStream.open(login, "").read()) {
            stream.awaitType("login");
            FormLogin.as("admin", first).send(HttpRequest.newBuilder(first.http("/bellhop/api/users/guest603/connections"))
                    .header("Authorization", "Basic YWRtaW46YWRtaW4=").DELETE());
            assertThat(stream.awaitType("close").getJsonObject("data").getInt("code")).isEqualTo(4403);
            await().until(stream::isOver);
            assertThat(stream.lines()).contains("event:close");
        }
    }

    /** Why six: on Open Liberty each of them blocks a thread, and four are there. */
    @Test
    void streamsThatAreNotReadDelayNobodyAndLoseNothing() {
        FormLogin login = FormLogin.as("guest604", first);
        List<EventStream> stalled = IntStream.range(0, 6).mapToObj(i -> EventStream.open(login, "")).toList();
        List<Long> millis = new ArrayList<>();
        int sent = 0;
        try (Page neighbour = Page.loggedIn(FormLogin.as("guest605", first)); EventStream other = EventStream.open(FormLogin.as("guest606", first), "").read()) {
            other.awaitType("login");
            String big = "x".repeat(50_000);
            double before = slowConsumers();
            while (slowConsumers() < before + 6 && sent < 900) {
                for (int i = 0; i < 20; i++) {
                    redis.add(message("big", to("guest604"), data("{\"n\":" + sent++ + ",\"x\":\"" + big + "\"}")));
                }
                int expected = sent;
                for (int i = 0; i < 5; i++) {
                    int nth = i;
                    long began = System.nanoTime();
                    redis.publish(message("tick", to("guest605"), data("[" + sent + "," + i + "]")));
                    redis.publish(message("tick", to("guest606"), data("[" + sent + "," + i + "]")));
                    Predicate<JsonObject> tick = frame -> frame.getString("msg_type").equals("tick") && frame.getJsonArray("data").getInt(0) == expected
                            && frame.getJsonArray("data").getInt(1) == nth;
                    neighbour.awaitFrame(tick);
                    await().pollInterval(Duration.ofMillis(5)).until(() -> other.frames("tick").stream().anyMatch(tick));
                    millis.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
                }
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> slowConsumers() >= before + 6);
        }
        millis.sort(null);
        // why so much: these machines are busy. A write that blocks takes as long as the page does not read
        assertThat(millis.get(millis.size() * 95 / 100)).as("95 % of %s", millis).isLessThan(1_000);
        assertThat(millis.get(millis.size() - 1)).as("the longest of %s", millis).isLessThan(5_000);
        EventStream back = stalled.get(0).read();
        await().atMost(Duration.ofSeconds(90)).until(back::isOver);
        int got = back.frames("big").size();
        String last = got == 0 ? "" : "last_id=" + back.frames("big").get(got - 1).getString("id");
        int all = sent;
        try (EventStream again = EventStream.open(login, last).read()) {
            assertThat(again.awaitType("login").getJsonObject("data").getBoolean("recovered")).isTrue();
            await().until(() -> got + again.frames("big").size() == all);
        }
        stalled.forEach(EventStream::close);
    }

    private double slowConsumers() {
        return FormLogin.none(first).get("/bellhop/metrics").body().lines().filter(line -> line.startsWith("bellhop_slow_consumers_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1))).findFirst().orElse(0);
    }
}
