package dev.bellhop.it;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The operator's page: who may see it, and what it is made of. */
class ConsoleServerIT extends WithServers {

    private static HttpResponse<String> call(FormLogin login, String method, String path, String body) {
        return login.send(HttpRequest.newBuilder().uri(login.node().http("/bellhop/api/" + path)).header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    private static JsonObject ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isIn(200, 202);
        return Page.parse(response.body());
    }

    @Test
    void onlyOperatorsSeeItAndNothingForeignRunsThere() {
        assertThat(FormLogin.none(first).get("/bellhop/console").statusCode()).isEqualTo(401);
        assertThat(FormLogin.none(first).get("/bellhop/console/console.js").statusCode()).isEqualTo(401);
        assertThat(FormLogin.as("alice", first).get("/bellhop/console").statusCode()).isEqualTo(403);
        FormLogin admin = FormLogin.as("admin", first);
        for (String path : List.of("", "/", "/index.html", "/console.js", "/console.css")) {
            HttpResponse<String> file = admin.get("/bellhop/console" + path);
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            assertThat(file.headers().firstValue("Content-Security-Policy").orElse("")).as(path)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'").doesNotContain("unsafe");
            assertThat(file.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        }
        assertThat(admin.get("/bellhop/console").body()).contains("<title>Bellhop").doesNotContain("<script>", "style=", "onclick");
    }

    @Test
    void whatItCallsIsForOperatorsAlone() {
        FormLogin alice = FormLogin.as("alice", first);
        FormLogin none = FormLogin.none(first);
        for (String path : List.of("users/alice/connections", "users/alice/messages", "users/alice/boards", "boards", "boards/everyone/messages", "rejected", "stats/history")) {
            assertThat(call(none, "GET", path, null).statusCode()).as(path).isEqualTo(401);
            assertThat(call(alice, "GET", path, null).statusCode()).as(path).isEqualTo(403);
        }
        for (String path : List.of("console/watch", "console/messages")) {
            assertThat(call(none, "POST", path, "{}").statusCode()).as(path).isEqualTo(401);
            assertThat(call(alice, "POST", path, "{}").statusCode()).as(path).isEqualTo(403);
        }
        assertThat(call(FormLogin.as("admin", first), "POST", "messages", "{}").statusCode()).as("publishing is for publishers").isEqualTo(403);
    }

    @Test
    void whoeverWatchesIsSentWhatEachNodeReports() {
        ServerNode other = second();
        other.awaitReady();
        FormLogin admin = FormLogin.as("admin", first);
        Page stranger = Page.loggedIn(FormLogin.as("guest520", first));
        try (Page page = Page.loggedIn(admin)) {
            assertThat(call(admin, "POST", "console/watch", null).statusCode()).isEqualTo(204);
            Set<String> reporting = await().until(() -> page.frames("bellhop.node").stream()
                    .map(frame -> Page.parse(frame).getJsonObject("data").getString("node")).collect(Collectors.toSet()), nodes -> nodes.size() == 2);
            assertThat(ok(call(admin, "GET", "stats", null)).getJsonArray("nodes")).extracting(node -> node.asJsonObject().getString("node"))
                    .containsAll(reporting); // and, for a minute, a node that another test has killed
            JsonObject report = Page.parse(page.frames("bellhop.node").get(0)).getJsonObject("data");
            assertThat(report.getJsonObject("redis").getBoolean("connected")).isTrue();
            assertThat(report.getJsonObject("queues").keySet()).containsExactlyInAnyOrder("scheduled", "ingest", "consumer", "rejected");
            assertThat(Page.parse(page.frames("bellhop.node").get(0)).containsKey("id")).as("kept").isFalse();
            assertThat(redis.commands().pttl("bellhop:watchers")).isBetween(1L, 60_000L);
            assertThat(stranger.frames("bellhop.node")).isEmpty();
            // a node that has just started counts nothing yet
            page.awaitFrame(frame -> frame.getString("msg_type").equals("bellhop.node")
                    && frame.getJsonObject("data").getJsonObject("metrics").getInt("connections", 0) >= 2);
        } finally {
            stranger.close();
        }
    }

    @Test
    void itShowsWhatWasBeforeItWasOpened() {
        FormLogin admin = FormLogin.as("admin", first);
        try (Page page = Page.loggedIn(FormLogin.as("guest526", first))) {
            await().untilAsserted(() -> {
                JsonObject points = ok(call(admin, "GET", "stats/history", null)).getJsonObject("points");
                assertThat(points.keySet()).containsExactlyInAnyOrder("frames_sent", "heard", "published", "inbound", "connections", "outbox_waiting");
                List<JsonNumber> connections = points.getJsonArray("connections").getValuesAs(JsonNumber.class);
                assertThat(connections.get(connections.size() - 1).intValue()).isPositive();
            });
            assertThat(page.isOpen()).isTrue();
        }
    }

    @Test
    void itTellsWhatEveryConnectionIsDoingAndWhereEachMessageWent() {
        FormLogin admin = FormLogin.as("admin", first);
        Page here = Page.loggedIn(FormLogin.as("guest521", first));
        Page there = Page.loggedIn(FormLogin.as("guest521", second()));
        Page silent = Page.open(FormLogin.as("guest521", first));
        String id = ok(call(admin, "POST", "console/messages", message("try", to("guest521")))).getJsonArray("messages")
                .getJsonObject(0).getString("id");
        here.awaitType("try");
        there.awaitType("try");
        await().untilAsserted(() -> {
            JsonObject answer = ok(call(admin, "GET", "users/guest521/connections", null));
            assertThat(answer.getInt("nodes")).isEqualTo(2);
            assertThat(answer.getInt("answered")).isEqualTo(2);
            List<JsonObject> all = answer.getJsonArray("connections").getValuesAs(JsonObject.class);
            assertThat(all).extracting(connection -> connection.getString("state")).containsExactlyInAnyOrder("live", "live", "open");
            assertThat(all).filteredOn(connection -> connection.getString("state").equals("live"))
                    .allSatisfy(connection -> assertThat(List.of(connection.getString("last_id"), connection.getString("sent"))).containsOnly(id));
            assertThat(all).filteredOn(connection -> connection.getString("state").equals("open"))
                    .allSatisfy(connection -> assertThat(connection.isNull("sent")).isTrue());
            assertThat(answer.getJsonArray("silent")).isEmpty();
            assertThat(all).extracting(connection -> connection.getString("node")).doesNotContainNull();
        });
        assertThat(ok(call(admin, "GET", "users/guest521/messages?limit=1", null)).getJsonArray("messages").getJsonObject(0).getString("id")).isEqualTo(id);
        assertThat(ok(call(admin, "GET", "users/nobody-ever/connections", null)).getJsonArray("connections")).isEmpty();
        List.of(here, there, silent).forEach(Page::close);
    }

    @Test
    void itListsBoardsAndWhatAUserHasOfThem() {
        FormLogin admin = FormLogin.as("admin", first);
        String to = "{\"msg_type\":\"try\",\"to_group\":\"crew527\",\"data\":";
        assertThat(backend("PUT", "groups/crew527/members/guest527").statusCode()).isEqualTo(204);
        ok(call(admin, "POST", "console/messages", to + "1}"));
        assertThat(backend("DELETE", "groups/crew527/members/guest527").statusCode()).isEqualTo(204);
        ok(call(admin, "POST", "console/messages", to + "2,\"ttl\":60}"));
        JsonObject board = await().until(() -> ok(call(admin, "GET", "boards?limit=100", null)).getJsonArray("boards").getValuesAs(JsonObject.class).stream()
                .filter(one -> one.getString("board").equals("group:crew527")).findFirst().orElse(null), one -> one != null);
        assertThat(board.getString("to_group")).isEqualTo("crew527");
        assertThat(board.getInt("messages")).isEqualTo(2);
        JsonObject page = ok(call(admin, "GET", "boards/group:crew527/messages?limit=1", null));
        JsonObject newest = page.getJsonArray("messages").getJsonObject(0);
        assertThat(newest.getInt("data")).isEqualTo(2);
        assertThat(newest.getString("expires_at")).isGreaterThan(newest.getString("at"));
        JsonObject older = ok(call(admin, "GET", "boards/group:crew527/messages?before=" + page.getString("next"), null));
        assertThat(older.getJsonArray("messages")).hasSize(1);
        assertThat(older.isNull("next")).isTrue();
        String id = older.getJsonArray("messages").getJsonObject(0).getString("id");
        try (Page login = Page.loggedIn(FormLogin.as("guest527", first))) {
            login.awaitType("try");
            JsonObject has = ok(call(admin, "GET", "users/guest527/boards", null)).getJsonArray("boards").getValuesAs(JsonObject.class).stream()
                    .filter(one -> one.getString("board").equals("group:crew527")).findFirst().orElseThrow();
            assertThat(has.getJsonArray("member").getJsonObject(0).getString("to")).isEqualTo(id);
            assertThat(dev.bellhop.message.Position.of(has.getString("taken"))).isGreaterThanOrEqualTo(dev.bellhop.message.Position.of(id));
        }
        assertThat(call(admin, "GET", "boards/nonsense/messages", null).statusCode()).isEqualTo(400);
        assertThat(call(admin, "GET", "boards?limit=0", null).statusCode()).isEqualTo(400);
    }

    private HttpResponse<String> backend(String method, String path) {
        return FormLogin.none(first).send(HttpRequest.newBuilder().uri(first.http("/bellhop/api/" + path))
                .header("Authorization", "Basic " + java.util.Base64.getEncoder().encodeToString("backend:backend".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .method(method, BodyPublishers.noBody()));
    }

    /** Who comes back with the last id has it; a page that begins behind a message was not sent it. */
    @Test
    void aPageThatResumesBehindAMessageBeganThere() {
        FormLogin admin = FormLogin.as("admin", first);
        String id = ok(call(admin, "POST", "console/messages", message("try", to("guest523")))).getJsonArray("messages")
                .getJsonObject(0).getString("id");
        try (Page page = Page.open(FormLogin.as("guest523", first))) {
            page.login(id);
            await().untilAsserted(() -> {
                JsonObject connection = ok(call(admin, "GET", "users/guest523/connections", null)).getJsonArray("connections").getJsonObject(0);
                assertThat(connection.getString("state")).isEqualTo("live");
                assertThat(List.of(connection.getString("from"), connection.getString("sent"))).containsOnly(id);
            });
            assertThat(page.frames("try")).isEmpty();
        }
    }

    @Test
    void aNodeThatDoesNotAnswerIsNamed() {
        String until = Long.toString(System.currentTimeMillis() + 60_000);
        redis.commands().hset("bellhop:{guest524}:connections", "lost-node", until + " 2");
        redis.commands().hset("bellhop:nodes", "lost-node", until + " {}");
        try {
            JsonObject answer = ok(call(FormLogin.as("admin", first), "GET", "users/guest524/connections", null));
            assertThat(answer.getJsonArray("silent")).hasToString("[\"lost-node\"]");
            assertThat(answer.getJsonArray("connections")).isEmpty();
            assertThat(answer.getInt("nodes")).isEqualTo(1);
            assertThat(answer.getInt("answered")).isZero();
        } finally {
            redis.commands().hdel("bellhop:nodes", "lost-node");
            redis.commands().del("bellhop:{guest524}:connections");
        }
    }

    @Test
    void askingLeavesNothingBehind() {
        FormLogin admin = FormLogin.as("admin", first);
        try (Page page = Page.loggedIn(FormLogin.as("guest525", first))) {
            await().until(() -> ok(call(admin, "GET", "users/guest525/connections", null)).getJsonArray("connections").size() == 1);
            await().until(() -> redis.commands().keys("bellhop:{guest525}:answers:*").isEmpty());
            assertThat(page.isOpen()).isTrue();
        }
        ok(call(admin, "GET", "users/never-asked-about/connections", null));
        assertThat(redis.commands().keys("*never-asked-about*")).isEmpty();
    }

    @Test
    void itShowsWhatWasRejectedAndMayChangeWhatIsScheduled() {
        FormLogin admin = FormLogin.as("admin", first);
        redis.add("<img src=x onerror=alert(1)> no message");
        await().until(() -> ok(call(admin, "GET", "rejected?limit=100", null)).getJsonArray("rejected").getValuesAs(JsonObject.class).stream()
                .anyMatch(item -> item.getString("message").contains("<img src=x onerror=alert(1)> no message") && item.getString("reason").length() > 3));
        redis.schedule(redis.time() + 3_600, message("n", to("guest522")));
        JsonObject scheduled = ok(call(admin, "GET", "scheduled?to_user_id=guest522", null)).getJsonArray("scheduled").getJsonObject(0);
        assertThat(call(admin, "DELETE", "scheduled/" + scheduled.getString("id"), null).statusCode()).isEqualTo(204);
        assertThat(ok(call(admin, "GET", "users/guest522", null)).getBoolean("online")).isFalse();
    }
}
