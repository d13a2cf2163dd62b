package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Settings are read when the application starts; a bad one stops it. */
class SettingsServerIT extends WithServers {

    private final List<String> set = new ArrayList<>();

    private void deployWith(Map<String, String> settings) {
        first.undeploy("bellhop.war");
        settings.forEach((name, value) -> {
            first.setting(name, value);
            set.add(name);
        });
        first.deploy("bellhop.war");
        first.awaitReady();
    }

    @AfterEach
    void asBefore() {
        first.undeploy("bellhop.war");
        set.forEach(name -> first.setting(name, null));
        first.deploy("bellhop.war");
        first.awaitReady();
    }

    @Test
    void aBadSettingStopsTheDeploymentAndIsNamed() {
        assertThatThrownBy(() -> deployWith(Map.of("bellhop.login-timeout", "soon")))
                .hasMessageContaining("bellhop.login-timeout").hasMessageContaining("soon").hasMessageContaining("is not an ISO-8601 duration");
    }

    @Test
    void aPeerThatIsGoneIsNoticedThoughNothingIsSentToIt() {
        deployWith(Map.of("bellhop.ping-interval", "PT1S"));
        FormLogin login = FormLogin.as("guest60", first);
        Page gone = Page.loggedIn(login);
        Page there = Page.loggedIn(login);
        gone.stall(); // does not even answer a ping
        await().atMost(Duration.ofSeconds(30)).until(() -> FormLogin.none(first).get("/bellhop/metrics").body().contains("bellhop_connections 1.0\n"));
        assertThat(there.isOpen()).isTrue();
        there.send(message("ping"));
        there.awaitType("pong");
        there.close();
        gone.abort();
    }

    @Test
    void theUserMayComeFromTheHttpSession() {
        deployWith(Map.of("bellhop.user.session-attribute", "userId", "bellhop.origins", "https://shop.example,http://intranet:8081"));
        // logged in, but this application's HTTP session says nothing of it
        FormLogin alice = FormLogin.as("alice", first);
        assertThat(Page.handshakeStatus(alice, first.origin())).isEqualTo(401);
        assertThat(Page.handshakeStatus(alice, "https://shop.example")).isEqualTo(401);
        assertThat(Page.handshakeStatus(alice, "https://other.example")).isEqualTo(403);
    }

    @Test
    void aPageOfAListedOriginMayReadWhatIsForPagesAndNothingElse() throws IOException {
        deployWith(Map.of("bellhop.origins", "https://shop.example"));
        FormLogin login = FormLogin.as("guest62", first);
        List<String> modules = new ArrayList<>();
        try (Stream<Path> files = Files.list(Servers.checkout().resolve("src/main/webapp"))) {
            files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".js")).forEach(name -> modules.add("/bellhop/" + name));
        }
        assertThat(modules).contains("/bellhop/bellhop.js", "/bellhop/bellhop-bell.js");
        for (String path : modules) {
            assertMayRead(FormLogin.none(first).send(from("https://shop.example", path).GET()), 200);
            assertMayNotRead(FormLogin.none(first).send(from("https://other.example", path).GET()), 200);
        }
        HttpResponse<String> me = login.send(from("https://shop.example", "/bellhop/api/me").GET());
        assertMayRead(me, 200);
        assertThat(me.body()).isEqualTo("{\"user_id\":\"guest62\"}");
        assertMayRead(login.send(from("https://shop.example", "/bellhop/api/me/messages").GET()), 200);
        // why it matters: a page that cannot read the refusal would try again for ever
        assertMayRead(FormLogin.none(first).send(from("https://shop.example", "/bellhop/api/me").GET()), 401);
        assertMayRead(login.send(from("https://shop.example", "/bellhop/api/me/read").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}"))), 400);
        assertMayNotRead(login.send(from("https://other.example", "/bellhop/api/me").GET()), 200);
        assertMayNotRead(login.send(from("https://shop.example", "/bellhop/api/stats").GET()), 403);
        assertMayNotRead(login.send(from("https://shop.example", "/bellhop/console/console.js").GET()), 403);

        try (EventStream stream = EventStream.open(login, "", "Origin", "https://shop.example").read()) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
            assertThat(stream.header("Access-Control-Allow-Credentials")).isEqualTo("true");
            stream.awaitType("login");
        }
        assertMayRead(FormLogin.none(first).send(from("https://shop.example", "/bellhop/events").GET()), 401);
        assertMayNotRead(login.send(from("https://other.example", "/bellhop/events").GET()), 403);
        assertMayRead(login.send(from("https://shop.example", "/bellhop/api/me/frames").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(message("ping")))), 200);
        assertMayNotRead(login.send(from("https://other.example", "/bellhop/api/me/frames").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(message("ping")))), 403);

        HttpResponse<String> asked = FormLogin.none(first).send(preflight("https://shop.example", "/bellhop/api/me/read"));
        assertMayRead(asked, 204);
        assertThat(asked.headers().firstValue("Access-Control-Allow-Methods").orElse("")).contains("POST");
        assertThat(asked.headers().firstValue("Access-Control-Allow-Headers").orElse("")).contains("Content-Type");
        HttpResponse<String> other = FormLogin.none(first).send(preflight("https://other.example", "/bellhop/api/me/read"));
        assertMayNotRead(other, other.statusCode());
        HttpResponse<String> publisher = FormLogin.none(first).send(preflight("https://shop.example", "/bellhop/api/messages"));
        assertMayNotRead(publisher, publisher.statusCode());
    }

    private HttpRequest.Builder from(String origin, String path) {
        return HttpRequest.newBuilder().uri(first.http(path)).header("Origin", origin);
    }

    private HttpRequest.Builder preflight(String origin, String path) {
        return from(origin, path).header("Access-Control-Request-Method", "POST").header("Access-Control-Request-Headers", "content-type")
                .method("OPTIONS", BodyPublishers.noBody());
    }

    private static void assertMayRead(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.uri().toString()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).as(answer.uri().toString()).contains("https://shop.example");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials")).contains("true");
        assertThat(answer.headers().allValues("Vary").toString()).contains("Origin");
    }

    private static void assertMayNotRead(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.uri().toString()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).as(answer.uri().toString()).isEmpty();
    }

    @Test
    void limitsAreThoseThatAreSet() {
        deployWith(Map.of("bellhop.login-timeout", "PT1S", "bellhop.user.max-connections", "2", "bellhop.connection.max-message-size", "300",
                "bellhop.inbox.max-messages", "5"));
        FormLogin login = FormLogin.as("guest61", first);
        assertThat(Page.open(login).awaitClose(Duration.ofSeconds(5))).isEqualTo(4408);
        Page oldest = Page.loggedIn(login);
        Page second = Page.loggedIn(login);
        Page third = Page.loggedIn(login);
        assertThat(oldest.awaitClose()).isEqualTo(4409);
        second.send("{\"msg_type\":\"a\",\"data\":\"" + "x".repeat(300) + "\"}");
        assertThat(second.awaitClose()).isEqualTo(1009);
        for (int i = 0; i < 8; i++) {
            // why over HTTP: the ingest stream may be read by another node, with other settings
            FormLogin.none(first).send(HttpRequest.newBuilder().uri(first.http("/bellhop/api/messages"))
                    .header("Content-Type", "application/json").header("Authorization", "Basic YmFja2VuZDpiYWNrZW5k")
                    .POST(BodyPublishers.ofString(message("n", to("guest61"), data(i)))));
        }
        List<String> frames = third.awaitFrames("n", 8);
        third.close();
        try (Page late = Page.open(login)) {
            assertThat(late.login(Page.parse(frames.get(0)).getString("id")).getJsonObject("data").getBoolean("recovered")).isFalse();
            assertThat(late.awaitFrames("n", 5)).isEqualTo(frames.subList(3, 8));
        }
        try (Page inTime = Page.open(login)) {
            assertThat(inTime.login(Page.parse(frames.get(2)).getString("id")).getJsonObject("data").getBoolean("recovered")).isTrue();
            assertThat(inTime.awaitFrames("n", 5)).isEqualTo(frames.subList(3, 8));
        }
    }
}
