package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.pushAt;
import static dev.bellhop.it.MessageText.to;
import static dev.bellhop.it.MessageText.toGroup;
import static dev.bellhop.it.MessageText.toRole;
import static dev.bellhop.it.MessageText.ttl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The HTTP API, from outside. */
@Tag("each-redis")
class HttpApiServerIT extends WithServers {

    private HttpResponse<String> call(String user, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder().uri(first.http("/bellhop/api/" + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (user != null) {
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8)));
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return FormLogin.none(first).send(request);
    }

    private JsonObject ok(int status, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(response.headers().firstValue("Cache-Control").orElse("")).startsWith("no-store"); // Open Liberty adds to it where it sets a cookie
        return Page.parse(response.body());
    }

    private void refused(int status, String code, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonObject problem = Page.parse(response.body());
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getInt("status")).isEqualTo(status);
        assertThat(problem.getString("detail")).isNotBlank();
    }

    private String idOf(HttpResponse<String> response) {
        return ok(202, response).getJsonArray("messages").getJsonObject(0).getString("id");
    }

    @Test
    void whatIsPublishedIsKeptAndArrivesDigitForDigit() {
        try (Page page = Page.loggedIn(FormLogin.as("guest70", first))) {
            String id = idOf(call("backend", "POST", "messages", message("n", to("guest70"), data("{\"a\":1.10,\"b\":12345678901234567890}"))));
            assertThat(page.awaitFrames("n", 1)).containsExactly("{\"id\":\"" + id + "\",\"msg_type\":\"n\",\"data\":{\"a\":1.10,\"b\":12345678901234567890}}");
        }
        awaitOffline("guest70");
        ok(202, call("backend", "POST", "messages", "{\"msg_type\":\"n\",\"to_user_ids\":[\"guest70\",\"guest71\"],\"data\":2}"));
        for (String user : List.of("guest70", "guest71")) {
            try (Page page = Page.loggedIn(FormLogin.as(user, first))) {
                assertThat(page.awaitType("n").getInt("data")).isEqualTo(2);
            }
        }
    }

    /** The plain ones are answered without JAX-RS. */
    @Test
    void publishingIsAnsweredAlikeHoweverItsHeadersAreWritten() {
        for (String body : List.of(message("n", to("guest79")), "{", "{}", message("n", to("guest79"), data("\"" + "x".repeat(70_000) + "\"")))) {
            HttpResponse<String> plain = call("backend", "POST", "messages", body, "Content-Type", "application/json; charset=UTF-8", "Accept", "*/*");
            HttpResponse<String> other = call("backend", "POST", "messages", body, "Content-Type", "application/json;x=y", "Accept", "application/json;q=0.5, text/html");
            assertThat(other.statusCode()).isEqualTo(plain.statusCode());
            assertThat(other.body().replaceAll("\"id\":\"[^\"]*\"", "")).isEqualTo(plain.body().replaceAll("\"id\":\"[^\"]*\"", ""));
            for (String header : List.of("Content-Type", "Cache-Control", "X-Content-Type-Options")) {
                assertThat(type(other, header)).as(header).isEqualTo(type(plain, header));
            }
        }
        refused(403, "forbidden", call("guest79", "POST", "messages", message("n", to("guest79"))));
        assertThat(call("backend", "POST", "messages", "{}", "Content-Type", "application/json", "Accept", "text/html").statusCode()).isEqualTo(406);
        assertThat(call("backend", "POST", "messages", "{}", "Content-Type", "text/plain").statusCode()).isEqualTo(415);
    }

    private static String type(HttpResponse<String> response, String header) {
        return response.headers().firstValue(header).orElse("").replaceAll("(?i);\\s*charset=utf-8", "");
    }

    @Test
    void linesOfMessagesAreEachAnsweredAlsoWhileMoreAreToCome() throws Exception {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            body.append(i == 1_000 ? "{}\n" : "{\"msg_type\":\"n\",\"to_user_id\":\"line" + i % 10 + "\",\"data\":" + i + "}\n");
        }
        HttpResponse<String> answer = call("backend", "POST", "messages", body.toString(), "Content-Type", "application/x-ndjson");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        List<String> lines = answer.body().lines().toList();
        assertThat(lines).hasSize(3_000);
        assertThat(lines.get(1_000)).contains("\"code\":\"bad_message\"");
        assertThat(lines.get(2_999)).startsWith("{\"messages\":[{\"to_user_id\":\"line9\",\"id\":\"");
        assertThat(ok(200, call("backend", "GET", "users/line9", null)).getInt("unread")).isEqualTo(300);

        if (first.server().equals("Open Liberty")) {
            return; // it holds answers back while the body goes on
        }
        URI uri = first.http("/bellhop/api/messages");
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority() + "\r\nAuthorization: Basic YmFja2VuZDpiYWNrZW5k\r\n"
                    + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                String line = "{\"msg_type\":\"n\",\"to_user_id\":\"line\",\"data\":" + i + "}\n";
                out.write((Integer.toHexString(line.length()) + "\r\n" + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                String read = in.readLine();
                while (!read.startsWith("{\"messages\"")) { // the head, and the sizes of chunks
                    read = in.readLine();
                }
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** More than WildFly takes of a body, unless it is told otherwise. Nobody takes it for kept: servers.md says what to do. */
    @Test
    void twelveMegabytesOfLinesAreAllAnsweredOrVisiblyCut() throws Exception {
        String line = "{\"msg_type\":\"n\",\"to_user_id\":\"lines78\",\"data\":\"" + "x".repeat(60_000) + "\"}\n";
        byte[] body = line.repeat(12_000_000 / line.length()).getBytes(StandardCharsets.UTF_8);
        for (boolean chunked : new boolean[] {true, false}) {
            HttpRequest request = HttpRequest.newBuilder(first.http("/bellhop/api/messages")).header("Authorization", "Basic YmFja2VuZDpiYWNrZW5k")
                    .header("Content-Type", "application/x-ndjson")
                    .POST(chunked ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)) : BodyPublishers.ofByteArray(body)).build();
            try {
                HttpResponse<String> answer = FormLogin.CLIENT.send(request, BodyHandlers.ofString());
                List<String> lines = answer.body().lines().toList();
                boolean all = answer.statusCode() == 202 && lines.size() == body.length / line.length();
                assertThat(all || first.server().equals("WildFly")).as(answer.toString()).isTrue();
                assertThat(all || answer.statusCode() >= 400 || lines.get(lines.size() - 1).contains("\"status\":413")).as(answer.toString()).isTrue();
            } catch (IOException cut) {
                assertThat(first.server()).as(cut.toString()).isEqualTo("WildFly");
            }
        }
    }

    @Test
    void theSameIdIsOneMessageWhicheverDoorItCameThroughAndHoweverManyRace() throws Exception {
        Page page = Page.loggedIn(FormLogin.as("guest72", first));
        String body = message("once", to("guest72"), data(1), id("order-1"));
        ExecutorService racers = Executors.newFixedThreadPool(16);
        try {
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                calls.add(() -> idOf(call("backend", "POST", "messages", body)));
            }
            Set<String> ids = new HashSet<>();
            for (Future<String> id : racers.invokeAll(calls)) {
                ids.add(id.get());
            }
            assertThat(ids).hasSize(1);
        } finally {
            racers.shutdown();
        }
        redis.add(body);
        redis.schedule(0, body);
        idOf(call("backend", "POST", "messages", body.replace("}", ",\"push_at\":\"2999-01-01T00:00:00Z\"}").replace("2999", Integer.toString(java.time.Year.now().getValue() + 1))));
        idOf(call("backend", "POST", "messages", message("end", to("guest72"))));
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        page.awaitType("end");
        assertThat(page.frames("once")).hasSize(1);
        page.close();
    }

    @Test
    void whatIsScheduledCanBeListedMovedAndCancelledUntilItIsSent() {
        Page page = Page.loggedIn(FormLogin.as("guest73", first));
        String later = Instant.now().plusSeconds(3600).toString();
        String cancelled = idOf(call("backend", "POST", "messages", "{\"msg_type\":\"cancelled\",\"to_user_id\":\"guest73\",\"push_at\":\"" + later + "\"}"));
        String moved = idOf(call("backend", "POST", "messages", "{\"msg_type\":\"moved\",\"to_user_id\":\"guest73\",\"data\":1.0,\"push_at\":\"" + later + "\",\"id\":\"m\"}"));
        assertThat(idOf(call("backend", "POST", "messages", "{\"msg_type\":\"moved\",\"to_user_id\":\"guest73\",\"push_at\":\"" + later + "\",\"id\":\"m\"}"))).isEqualTo(moved);
        redis.schedule(redis.time() + 7200, message("plain", to("guest73")));

        JsonObject listing = ok(200, call("backend", "GET", "scheduled?to_user_id=guest73", null));
        assertThat(listing.getJsonArray("scheduled")).extracting(item -> item.asJsonObject().getString("msg_type")).containsExactlyInAnyOrder("cancelled", "moved", "plain");
        String plain = listing.getJsonArray("scheduled").getJsonObject(2).getString("id");
        String cursor = ok(200, call("backend", "GET", "scheduled?to_user_id=guest73&limit=2", null)).getString("cursor");
        assertThat(ok(200, call("backend", "GET", "scheduled?to_user_id=guest73&cursor=" + cursor, null)).getJsonArray("scheduled").getJsonObject(0).getString("id")).isEqualTo(plain);

        assertThat(call("backend", "DELETE", "scheduled/" + cancelled, null).statusCode()).isEqualTo(204);
        refused(404, "not_found", call("backend", "DELETE", "scheduled/" + cancelled, null));
        assertThat(call("backend", "DELETE", "scheduled/" + plain, null).statusCode()).isEqualTo(204);
        ok(200, call("backend", "PUT", "scheduled/" + moved, "{\"push_at\":0}"));
        assertThat(page.awaitType("moved").get("data")).hasToString("1.0");
        refused(409, "already_sent", call("backend", "DELETE", "scheduled/" + moved, null));
        refused(409, "already_sent", call("backend", "PUT", "scheduled/" + moved, "{\"push_at\":0}"));
        refused(404, "not_found", call("backend", "DELETE", "scheduled/nonsense", null));
        assertThat(page.frames("cancelled")).isEmpty();
        page.close();
    }

    @Test
    void aDueTimeLessThanASecondAheadIsHitAndWhatHasExpiredIsNotDelivered() {
        Page page = Page.loggedIn(FormLogin.as("guest74", first));
        List<Double> late = new ArrayList<>();
        // the best of five: a pause of a busy machine is not Bellhop's
        for (int i = 1; i <= 5; i++) {
            double due = redis.time() + 0.4;
            call("backend", "POST", "messages", message("exact", to("guest74"), pushAt(due)));
            page.awaitFrames("exact", i);
            late.add(redis.time() - due);
        }
        assertThat(late).allMatch(seconds -> seconds >= 0).anyMatch(seconds -> seconds < 0.5);
        page.close();
        awaitOffline("guest74");
        ok(202, call("backend", "POST", "messages", message("short", to("guest74"), ttl("0.2"))));
        ok(202, call("backend", "POST", "messages", message("long", to("guest74"), ttl(60))));
        double expired = redis.time() + 0.3;
        await().until(() -> redis.time() > expired);
        try (Page next = Page.loggedIn(FormLogin.as("guest74", first))) {
            next.awaitType("long");
            assertThat(next.frames("short")).isEmpty();
        }
    }

    @Test
    void rolesAreTheContainers() {
        String body = message("n", to("guest75"));
        HttpResponse<String> nobody = call(null, "POST", "messages", body);
        refused(401, "unauthenticated", nobody);
        assertThat(nobody.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
        refused(401, "unauthenticated", call("nobody", "POST", "messages", body));
        refused(403, "forbidden", call("alice", "POST", "messages", body));
        refused(403, "forbidden", call("admin", "POST", "messages", body));
        refused(403, "forbidden", call("backend", "GET", "stats", null));
        refused(403, "forbidden", call("backend", "DELETE", "users/guest75/connections", null));
        refused(401, "unauthenticated", call(null, "GET", "users/guest75", null));
        refused(401, "unauthenticated", call(null, "GET", "scheduled", null));
        refused(401, "unauthenticated", call(null, "DELETE", "scheduled/x", null));
        HttpResponse<String> page = call(null, "GET", "me/messages", null);
        refused(401, "unauthenticated", page);
        assertThat(page.headers().firstValue("WWW-Authenticate")).as("a browser would ask for a password").isEmpty();
    }

    @Test
    void callsOfABackendLeaveNoLoginBehind() {
        int before = first.heldLogins(); // of pages that other tests have opened
        for (int i = 0; i < 20; i++) {
            ok(200, call("backend", "GET", "users/guest75", null));
        }
        assertThat(first.heldLogins()).isLessThanOrEqualTo(before);
    }

    @Test
    void aWrongPasswordIsRefusedRightAfterTheRightOneAndRolesStayTheSame() {
        String wrong = "Basic " + Base64.getEncoder().encodeToString("backend:wrong".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 3; i++) {
            ok(200, call("backend", "GET", "users/guest75", null));
            refused(403, "forbidden", call("backend", "GET", "stats", null));
            refused(401, "unauthenticated", call("backend", "GET", "users/guest75", null, "Authorization", wrong));
            ok(200, call("admin", "GET", "stats", null));
            refused(403, "forbidden", call("alice", "GET", "users/guest75", null));
        }
    }

    @Test
    void anotherSitesPageCannotPostInItsUsersName() {
        FormLogin alice = FormLogin.as("alice", first);
        HttpRequest.Builder foreign = HttpRequest.newBuilder().uri(first.http("/bellhop/api/me/read")).header("Origin", "http://evil.example")
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString("{\"id\":\"1-1\"}"));
        refused(403, "cross_site", alice.send(foreign));
        HttpRequest.Builder form = HttpRequest.newBuilder().uri(first.http("/bellhop/api/me/read")).header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{\"id\":\"1-1\"}"));
        refused(415, "unsupported_media_type", alice.send(form));
        refused(403, "cross_site", call("backend", "POST", "messages", "{}", "Sec-Fetch-Site", "cross-site"));
    }

    @Test
    void credentialsThatABrowserRemembersChangeNothingForWhoIsLoggedIn() {
        FormLogin alice = FormLogin.as("alice", first);
        try (Page page = Page.loggedIn(alice)) {
            HttpRequest.Builder both = HttpRequest.newBuilder(first.http("/bellhop/api/users/alice"))
                    .header("Authorization", "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8)));
            refused(403, "forbidden", alice.send(both));
            ok(200, alice.get("/bellhop/api/me/messages"));
            assertThat(page.isOpen()).isTrue();
        }
    }

    @Test
    void theLoginOfABackendEndsWithItsCall() {
        HttpResponse<String> answer = call("backend", "GET", "users/guest75", null);
        String cookies = answer.headers().allValues("Set-Cookie").stream().map(cookie -> cookie.replaceAll(";.*", ""))
                .collect(java.util.stream.Collectors.joining("; "));
        refused(401, "unauthenticated", call(null, "GET", "users/guest75", null, "Cookie", cookies.isEmpty() ? "none=1" : cookies));
    }

    @Test
    void whatIsAskedOfTheCallsThemselvesIsAnswered() {
        ok(200, call("backend", "GET", "users/guest75", null, "Accept", "application/problem+json, application/json"));
        refused(406, "not_acceptable", call("backend", "GET", "users/guest75", null, "Accept", "text/html"));
        HttpResponse<String> options = call(null, "OPTIONS", "messages", null);
        assertThat(options.statusCode()).isEqualTo(200);
        assertThat(options.headers().firstValue("Allow").orElse("")).contains("POST");
        HttpResponse<String> head = call("backend", "HEAD", "users/guest75", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        HttpResponse<String> document = FormLogin.none(first).get("/bellhop/openapi.yaml");
        assertThat(document.body()).startsWith("openapi: 3.1");
        assertThat(document.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
        // Open Liberty refuses every path with an encoded slash before an application sees it
        String slash = first.server().equals("Open Liberty") ? "a-b" : "a/b";
        for (String user : List.of(slash, "a;b", "%7B{}", "é 😀", "a+b@c.example")) {
            String path = java.net.URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
            HttpResponse<String> answer = call("backend", "GET", "users/" + path, null);
            assertThat(answer.statusCode()).as(user).isEqualTo(200);
            assertThat(ok(200, answer).getString("user_id")).isEqualTo(user);
        }
    }

    /** Some servers answer such calls with an HTML page of their own, before the API is asked. */
    @Test
    void headersThatCannotBeReadAreAnsweredWithACode() {
        for (String accept : List.of("json", "application/", "a/b/c", "application/json;q=x", "application/json;q=2", "a b/c", "<script>", "application/json;v=\"x")) {
            refused(400, "bad_message", call("backend", "GET", "users/guest75", null, "Accept", accept));
            refused(400, "bad_message", call(null, "GET", "nothing", null, "Accept", accept));
        }
        String body = message("n", to("guest75"));
        for (String type : List.of("json", "application/", "/json", "*", "application/json, text/plain", "application/json; charset", "a b/c", "{}")) {
            refused(415, "unsupported_media_type", call("backend", "POST", "messages", body, "Content-Type", type));
        }
        for (String accept : List.of("*", "*/*;q=.2", "text/html, *; q=.2", "application/*, text/html;q=0.5")) {
            ok(200, call("backend", "GET", "users/guest75", null, "Accept", accept));
        }
        for (String type : List.of("application/json; charset=utf-8", "application/json;charset=\"utf-8\"", "APPLICATION/JSON")) {
            ok(202, call("backend", "POST", "messages", body, "Content-Type", type));
        }
    }

    @Test
    void badCallsAreAnsweredWithACode() {
        HttpRequest.Builder bytes = HttpRequest.newBuilder(first.http("/bellhop/api/messages")).header("Content-Type", "application/json")
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8)));
        refused(400, "bad_json", FormLogin.none(first).send(bytes.copy().POST(BodyPublishers.ofByteArray(
                "{\"msg_type\":\"n\",\"to_user_id\":\"x\",\"data\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)))));
        refused(400, "bad_message", call("backend", "POST", "messages", message("n", to("x"), pushAt("1e-90000000"))));
        refused(400, "bad_json", call("backend", "POST", "messages", "{"));
        refused(400, "bad_json", call("backend", "POST", "messages", ""));
        refused(400, "bad_message", call("backend", "POST", "messages", "{}"));
        refused(400, "bad_message", call("backend", "POST", "messages", message("n", to("x"), toRole("manager"))));
        refused(400, "bad_message", call("backend", "POST", "messages", message("n", toRole("not one of bellhop.roles"))));
        refused(400, "bad_message", call("backend", "PUT", "groups/g/members/*", ""));
        refused(400, "bad_message", call("backend", "GET", "groups/g/members?cursor=%25", null));
        refused(413, "too_large", call("backend", "POST", "messages", "{\"msg_type\":\"n\",\"to_user_id\":\"x\",\"data\":\"" + "x".repeat(70_000) + "\"}"));
        refused(413, "too_large", call("backend", "POST", "messages", "x".repeat(3_000_000)));
        refused(415, "unsupported_media_type", call("backend", "POST", "messages", "a=b", "Content-Type", "application/x-www-form-urlencoded"));
        refused(400, "bad_message", call("backend", "GET", "scheduled?limit=0", null));
        refused(400, "bad_message", call("backend", "GET", "scheduled?limit=x", null));
        refused(400, "bad_message", call("backend", "GET", "scheduled?cursor=%3Cscript%3E", null));
        refused(400, "bad_message", call("backend", "PUT", "scheduled/x", "{}"));
        refused(400, "bad_message", call("admin", "DELETE", "users/x/connections?reason=mood", null));
        refused(404, "not_found", call("backend", "GET", "nothing", null));
        refused(405, "method_not_allowed", call("backend", "DELETE", "messages", null));
    }

    @Test
    void aUserIsSeenAndCanBeDisconnectedOnEveryNode() {
        assertThat(ok(200, call("backend", "GET", "users/never-heard-of", null)).getBoolean("online")).isFalse();
        assertThat(redis.commands().keys("*never-heard-of*")).as("asking makes no key").isEmpty();
        Page here = Page.loggedIn(FormLogin.as("guest76", first));
        Page there = Page.loggedIn(FormLogin.as("guest76", second()));
        Page other = Page.loggedIn(FormLogin.as("guest77", first));
        JsonObject user = await().until(() -> ok(200, call("backend", "GET", "users/guest76", null)), seen -> seen.getInt("connections") == 2);
        assertThat(user.getBoolean("online")).isTrue();
        assertThat(user.getJsonArray("nodes")).hasSize(2);
        assertThat(call("admin", "DELETE", "users/guest76/connections", null).statusCode()).isEqualTo(204);
        assertThat(List.of(here.awaitClose(), there.awaitClose())).containsOnly(4403);
        Page again = Page.loggedIn(FormLogin.as("guest76", first));
        assertThat(call("admin", "DELETE", "users/guest76/connections?reason=logout", null).statusCode()).isEqualTo(204);
        assertThat(again.awaitClose()).isEqualTo(4401);
        assertThat(other.isOpen()).isTrue();
        awaitOffline("guest76");
        other.close();
    }

    @Test
    void aGroupHasMembersAndTheyGetWhatIsSentToIt() {
        assertThat(call("backend", "PUT", "groups/order%2017/members/guest79", "").statusCode()).isEqualTo(204);
        assertThat(call("backend", "PUT", "groups/order%2017/members/guest79", "").statusCode()).isEqualTo(204);
        assertThat(call("backend", "PUT", "groups/order%2017/members/guest80", "").statusCode()).isEqualTo(204);
        refused(403, "forbidden", call("guest79", "PUT", "groups/order%2017/members/guest81", ""));
        JsonObject first100 = ok(200, call("backend", "GET", "groups/order%2017/members?limit=1", null));
        assertThat(first100.getJsonArray("members")).hasSize(1);
        JsonObject rest = ok(200, call("backend", "GET", "groups/order%2017/members?cursor=" + first100.getString("cursor"), null));
        assertThat(rest.getJsonArray("members").getString(0)).isEqualTo("guest80");
        assertThat(rest.isNull("cursor")).isTrue();
        assertThat(ok(200, call("backend", "GET", "users/guest79", null)).getJsonArray("groups").getString(0)).isEqualTo("order 17");
        Page page = Page.loggedIn(FormLogin.as("guest79", first));
        JsonObject kept = ok(202, call("backend", "POST", "messages", message("ready", toGroup("order 17"), data(1), id("o17")))).getJsonArray("messages").getJsonObject(0);
        assertThat(kept.getString("to_group")).isEqualTo("order 17");
        assertThat(page.awaitFrames("ready", 1)).hasSize(1);
        assertThat(call("backend", "DELETE", "groups/order%2017/members/guest79", null).statusCode()).isEqualTo(204);
        assertThat(call("backend", "DELETE", "groups/order%2017/members/guest80", null).statusCode()).isEqualTo(204);
        assertThat(ok(200, call("backend", "GET", "users/guest79", null)).getJsonArray("groups")).isEmpty();
        assertThat(ok(200, call("backend", "GET", "users/guest80", null)).getInt("unread")).as("taken in when they come").isZero();
        page.close();
    }

    @Test
    void theOwnInboxIsPagedNewestFirstAndReadMarksReachThePages() {
        FormLogin login = FormLogin.as("guest78", first);
        Page page = Page.loggedIn(login);
        for (int i = 0; i < 25; i++) {
            idOf(call("backend", "POST", "messages", message("n", to("guest78"), data(i))));
        }
        JsonObject newest = ok(200, login.get("/bellhop/api/me/messages?limit=10"));
        assertThat(newest.getJsonArray("messages")).extracting(item -> item.asJsonObject().getInt("data")).containsExactly(24, 23, 22, 21, 20, 19, 18, 17, 16, 15);
        assertThat(newest.getInt("unread")).isEqualTo(25);
        assertThat(newest.getString("user_id")).isEqualTo("guest78");
        JsonObject older = ok(200, login.get("/bellhop/api/me/messages?limit=100&before=" + newest.getString("next")));
        assertThat(older.getJsonArray("messages")).hasSize(15);
        assertThat(older.isNull("next")).isTrue();
        String id = newest.getJsonArray("messages").getJsonObject(4).getString("id");
        JsonObject read = ok(200, login.post("/bellhop/api/me/read", "application/json", "{\"id\":\"" + id + "\"}"));
        assertThat(read.getInt("unread")).isEqualTo(4);
        assertThat(page.awaitType("read").getJsonObject("data").getInt("unread")).isEqualTo(4);
        refused(400, "bad_message", login.post("/bellhop/api/me/read", "application/json", "{\"id\":\"x\"}"));
        page.close();
    }

    @Test
    void statsTellOfEveryNode() {
        second();
        JsonObject stats = await().until(() -> ok(200, call("admin", "GET", "stats", null)), seen -> seen.getJsonArray("nodes").size() >= 2);
        assertThat(stats.getJsonArray("nodes").getJsonObject(0).getJsonObject("redis").getBoolean("connected")).isTrue();
        assertThat(stats.containsKey("scheduled")).isTrue();
    }

    @Test
    void whileRedisIsAwayNothingIsAccepted() {
        redis.kill();
        try {
            long start = System.nanoTime();
            await().until(() -> call("backend", "POST", "messages", message("n", to("guest79"))).statusCode() == 503);
            refused(503, "unavailable", call("backend", "POST", "messages", message("n", to("guest79"))));
            assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
        } finally {
            redis.start();
            first.awaitReady();
        }
    }
}
