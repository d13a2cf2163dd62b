package dev.bellhop.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.RedisServer;
import dev.bellhop.it.ServerNode;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** What a backend does to reach a user, through each of the doors. */
record Backend(ServerNode node, RedisServer redis) {

    private static final JsonProvider JSON = JsonProvider.provider();

    static String message(String type, String user, Map<String, String> data) {
        JsonObjectBuilder body = JSON.createObjectBuilder();
        data.forEach(body::add);
        return JSON.createObjectBuilder().add("msg_type", type).add("to_user_id", user).add("data", body).build().toString();
    }

    private static String notice(String user, String text) {
        return message("notice", user, Map.of("text", text));
    }

    /** Not kept: to the pages that are open. */
    void publish(String user, String text) {
        redis.publish(notice(user, text));
    }

    /** Kept, through the stream. */
    void add(String user, String text) {
        redis.add(notice(user, text));
    }

    /** Kept, in so many seconds. */
    void schedule(String user, double seconds, String text) {
        redis.schedule(redis.time() + seconds, notice(user, text));
    }

    /** Kept, over HTTP. */
    void post(String user, String text) {
        post(notice(user, text));
    }

    void post(String message) {
        call("backend", "POST", "messages", message, 202);
    }

    /** Makes the user a member of a group. */
    void join(String group, String user) {
        call("backend", "PUT", "groups/" + URLEncoder.encode(group, StandardCharsets.UTF_8).replace("+", "%20") + "/members/" + user, "", 204);
    }

    /** How many connections the user has, as the nodes themselves say. */
    int connections(String user) {
        return JSON.createReader(new StringReader(call("admin", "GET", "users/" + user + "/connections", "", 200))).readObject().getJsonArray("connections").size();
    }

    /** As an administrator: closes all of the user's connections, for good. */
    void disconnect(String user) {
        call("admin", "DELETE", "users/" + user + "/connections", "", 204);
    }

    private String call(String as, String method, String path, String body, int status) {
        var response = FormLogin.none(node).send(HttpRequest.newBuilder().uri(node.http("/bellhop/api/" + path))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString((as + ":" + as).getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body();
    }
}
