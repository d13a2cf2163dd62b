package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bad input gets a clear answer, and costs nobody else anything. */
class LimitsServerIT extends WithServers {
    private static final String CUT = "bellhop_connections_closed_total{code=\"1013\"}";

    private static void expectError(Page page, String frame, String code) {
        int before = page.frames("error").size();
        page.send(frame);
        String error = page.awaitFrames("error", before + 1).get(before);
        assertThat(Page.parse(error).getJsonObject("data").getString("code")).as(frame).isEqualTo(code);
        assertThat(Page.parse(error).getJsonObject("data").getString("message")).isNotBlank();
    }

    @Test
    void badFramesAreAnsweredAndTheNextOneIsUnharmed() {
        try (Page page = Page.open(FormLogin.as("guest20", first))) {
            expectError(page, message("chat"), "login_required");
            expectError(page, "{\"msg_type\":\"read\",\"data\":{\"id\":\"1-1\"}}", "login_required");
            page.send(message("ping"));
            page.awaitType("pong");
            expectError(page, "{\"msg_type\":\"login\",\"data\":{\"last_id\":\"nonsense\"}}", "bad_message");
            expectError(page, "{\"msg_type\":\"login\",\"data\":[]}", "bad_message");
            page.login();
            for (String frame : List.of("", "nonsense", "[]", "42", "null", "{", "{\"msg_type\":\"a\"}x", "{\"a\":1,}", "{\"msg_type\":\"a\",\"msg_type\":\"b\"}")) {
                expectError(page, frame, "bad_json");
            }
            for (String frame : List.of("{}", "{\"msg_type\":7}", "{\"msg_type\":\"\"}", "{\"msg_type\":null}",
                    "{\"msg_type\":\"" + "x".repeat(65) + "\"}", "{\"msg_type\":\"read\"}", "{\"msg_type\":\"read\",\"data\":{\"id\":7}}",
                    "{\"msg_type\":\"error\"}")) {
                expectError(page, frame, "bad_message");
            }
            page.sendBinary(new byte[] {1, 2, 3});
            redis.publish(message("unharmed", to("guest20")));
            page.awaitType("unharmed");
        }
    }

    @Test
    void aFrameTooLargeIsAnsweredAndEndsTheConnection() {
        Page little = Page.loggedIn(FormLogin.as("guest21", first));
        little.send("{\"msg_type\":\"a\",\"data\":\"" + "x".repeat(65_536) + "\"}");
        assertThat(little.awaitType("error").getJsonObject("data").getString("code")).isEqualTo("too_large");
        assertThat(little.awaitClose()).isEqualTo(1009);
        Page far = Page.loggedIn(FormLogin.as("guest21", first));
        try {
            far.send("{\"msg_type\":\"a\",\"data\":\"" + "x".repeat(5_000_000) + "\"}");
        } catch (RuntimeException cutWhileSending) {
            assertThat(cutWhileSending).isNotNull();
        }
        assertThat(far.awaitClose()).isIn(1009, Page.BROKEN);
        // in bytes, not characters
        Page bytes = Page.loggedIn(FormLogin.as("guest21", first));
        bytes.send("{\"msg_type\":\"a\",\"data\":\"" + "漢".repeat(22_000) + "\"}");
        assertThat(bytes.awaitClose()).isEqualTo(1009);
    }

    @Test
    void tooManyFramesAreRefusedAndAbuseEndsTheConnection() {
        try (Page page = Page.loggedIn(FormLogin.as("guest22", first))) {
            for (int i = 0; i < 80; i++) {
                page.send(message("ping"));
            }
            page.awaitType("error");
            assertThat(page.frames("error")).allMatch(frame -> frame.contains("rate_limited"));
            await().untilAsserted(() -> assertThat(page.frames("pong").size() + page.frames("error").size()).isEqualTo(80));
            assertThat(page.frames("pong").size()).isBetween(39, 79);
            assertThat(page.isOpen()).isTrue();
            try {
                for (int i = 0; i < 1_000 && page.isOpen(); i++) {
                    page.send(message("ping"));
                }
            } catch (RuntimeException cutWhileSending) {
                assertThat(cutWhileSending).isNotNull();
            }
            assertThat(page.awaitClose()).isIn(1008, Page.BROKEN);
        }
    }

    @Test
    void whoDoesNotLogInIsClosed() {
        Page page = Page.open(FormLogin.as("guest23", first));
        assertThat(page.awaitClose(Duration.ofSeconds(15))).isEqualTo(4408);
    }

    @Test
    void theOldestOfTooManyConnectionsGoes() {
        FormLogin login = FormLogin.as("guest24", first);
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 51; i++) {
            pages.add(Page.loggedIn(login));
        }
        assertThat(pages.get(0).awaitClose()).isEqualTo(4409);
        redis.publish(message("rest", to("guest24")));
        pages.subList(1, 51).forEach(page -> page.awaitType("rest"));
        pages.forEach(Page::close);
    }

    @Test
    void tenThousandMalformedMessagesStopNothing() {
        try (Page page = Page.loggedIn(FormLogin.as("guest25", first))) {
            List<String> bad = List.of("", "garbage", "[]", message("a"), "{\"to_user_id\":\"guest25\"}",
                    "{\"msg_type\":\"a\",\"to_user_id\":{}}", "{\"msg_type\":\"a\",\"to_user_id\":1.5}", "{\"msg_type\":\"login\",\"to_user_id\":\"guest25\"}",
                    "{\"msg_type\":\"a\",\"to_user_id\":\"guest25\",\"data\":{\"x\":tru}}", "\u0000\uFFFF");
            for (int i = 0; i < 5_000; i++) {
                redis.publish(bad.get(i % bad.size()));
                redis.add(bad.get(i % bad.size()));
                if (i % 500 == 0) {
                    redis.publish(message("good", to("guest25"), data(i)));
                    redis.add(message("good", to("guest25"), data(i)));
                }
            }
            redis.schedule(0, "malformed and due");
            assertThat(page.awaitFrames("good", 20)).hasSize(20);
            await().until(() -> redis.commands().lrange(RedisServer.REJECTED, 0, 0).toString().contains("malformed and due"));
            assertThat(redis.commands().llen(RedisServer.REJECTED)).isEqualTo(1_000);
            assertThat(page.frames("error")).isEmpty();
        }
    }

    @Test
    void aStalledReaderIsCutWithinItsBoundAndDelaysNobody() {
        FormLogin login = FormLogin.as("guest26", first);
        Page healthy = Page.loggedIn(login);
        Page stalled = Page.loggedIn(login);
        Page neighbour = Page.loggedIn(FormLogin.as("guest27", first));
        stalled.stall();
        String big = "x".repeat(50_000);
        int sent = 0;
        double before = metric(CUT); // of other tests on the same server
        // until what the system buffers on the way is full, and then the outbox
        while (metric(CUT) == before && sent < 2_000) {
            for (int i = 0; i < 20; i++) {
                redis.add(message("big", to("guest26"), data("{\"n\":" + sent++ + ",\"x\":\"" + big + "\"}")));
            }
            redis.publish(message("tick", to("guest27"), data(sent)));
            int expected = sent;
            neighbour.awaitFrame(frame -> frame.getString("msg_type").equals("tick") && frame.getInt("data") == expected);
            healthy.awaitFrames("big", sent);
        }
        assertThat(metric(CUT)).isEqualTo(before + 1);
        stalled.readAgain();
        int code = stalled.awaitClose();
        assertThat(code).isIn(1013, Page.BROKEN);
        // and nothing kept is lost: it comes back and resumes
        List<String> got = stalled.frames("big");
        String last = Page.parse(got.get(got.size() - 1)).getString("id");
        try (Page back = Page.open(login)) {
            boolean recovered = back.login(last).getJsonObject("data").getBoolean("recovered");
            if (recovered) {
                assertThat(back.awaitFrames("big", sent - got.size())).hasSize(sent - got.size());
            } else {
                assertThat(sent).as("only if it was trimmed").isGreaterThan(1_000);
            }
        }
        healthy.close();
        neighbour.close();
    }

    private double metric(String name) {
        return FormLogin.none(first).get("/bellhop/metrics").body().lines().filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2))).findFirst().orElse(0);
    }
}
