package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
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
            redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"guest601\",\"data\":[1,\n2]}");
            last = stream.awaitType("n").getString("id");
            assertThat(stream.lines()).contains("id:" + last);
        }
        redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"guest601\",\"data\":2}");
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
    void whyItEndsIsTheLastFrame() {
        FormLogin login = FormLogin.as("guest603", first);
        try (EventStream stream = EventStream.open(login, "").read()) {
            stream.awaitType("login");
            FormLogin.as("admin", first).send(HttpRequest.newBuilder(first.http("/bellhop/api/users/guest603/connections"))
                    .header("Authorization", "Basic YWRtaW46YWRtaW4=").DELETE());
            assertThat(stream.awaitType("close").getJsonObject("data").getInt("code")).isEqualTo(4403);
            await().until(stream::isOver);
        }
    }

    @Test
    void aStreamThatIsNotReadDelaysNobodyAndLosesNothing() {
        FormLogin login = FormLogin.as("guest604", first);
        try (EventStream stalled = EventStream.open(login, ""); Page neighbour = Page.loggedIn(FormLogin.as("guest605", first));
                EventStream other = EventStream.open(FormLogin.as("guest606", first), "").read()) {
            other.awaitType("login");
            String big = "x".repeat(50_000);
            double before = slowConsumers();
            int sent = 0;
            while (slowConsumers() == before && sent < 900) {
                for (int i = 0; i < 20; i++) {
                    redis.add("{\"msg_type\":\"big\",\"to_user_id\":\"guest604\",\"data\":{\"n\":" + sent++ + ",\"x\":\"" + big + "\"}}");
                }
                int expected = sent;
                redis.publish("{\"msg_type\":\"tick\",\"to_user_id\":\"guest605\",\"data\":" + sent + "}");
                redis.publish("{\"msg_type\":\"tick\",\"to_user_id\":\"guest606\",\"data\":" + sent + "}");
                long began = System.nanoTime();
                neighbour.awaitFrame(frame -> frame.getString("msg_type").equals("tick") && frame.getInt("data") == expected);
                await().until(() -> other.frames("tick").stream().anyMatch(frame -> frame.getInt("data") == expected));
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> slowConsumers() > before);
            stalled.read();
            await().atMost(Duration.ofSeconds(60)).until(stalled::isOver);
            int got = stalled.frames("big").size();
            String last = got == 0 ? "" : "last_id=" + stalled.frames("big").get(got - 1).getString("id");
            int all = sent;
            try (EventStream back = EventStream.open(login, last).read()) {
                assertThat(back.awaitType("login").getJsonObject("data").getBoolean("recovered")).isTrue();
                await().until(() -> got + back.frames("big").size() == all);
            }
        }
    }

    private double slowConsumers() {
        return FormLogin.none(first).get("/bellhop/metrics").body().lines().filter(line -> line.startsWith("bellhop_slow_consumers_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1))).findFirst().orElse(0);
    }
}
