package dev.bellhop.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.chaos.Producer.Door;
import dev.bellhop.it.FormLogin;
import dev.bellhop.it.Page;
import dev.bellhop.it.RedisServer;
import dev.bellhop.it.ServerNode;
import dev.bellhop.message.Position;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** The ways into Bellhop for what is kept, as careful producers use them. */
public final class Doors implements AutoCloseable {

    private static final String BACKEND = "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));

    private final RedisServer redis;
    private final ServerNode first;
    private final List<RedisClient> clients = new ArrayList<>();

    /** @param first the node that is asked first over HTTP */
    public Doors(RedisServer redis, ServerNode first) {
        this.redis = redis;
        this.first = first;
    }

    public Door stream() {
        return stream(1);
    }

    /** @param partitions how many the producer believes there are; it reckons which one is a user's as the documents say */
    Door stream(int partitions) {
        RedisCommands<String, String> commands = connect();
        return draft -> {
            commands.xadd(in(RedisServer.STREAM, draft.user(), partitions), Map.of("message", draft.json("")));
            return null;
        };
    }

    public Door zset() {
        return zset(1);
    }

    /** @param partitions see {@link #stream(int)} */
    Door zset(int partitions) {
        RedisCommands<String, String> commands = connect();
        return draft -> {
            commands.zadd(in(RedisServer.SCHEDULED, draft.user(), partitions), draft.due(), draft.json(""));
            return null;
        };
    }

    private static String in(String key, String user, int partitions) {
        return partitions == 1 ? key : key.replace("{websocket}", "{websocket:" + SlotHash.getSlot(user) % partitions + '}');
    }

    /** A connection that either fails soon or is answered; a call is not sent again unasked. */
    private RedisCommands<String, String> connect() {
        RedisURI uri = RedisURI.create(redis.uri("producer"));
        uri.setTimeout(Duration.ofSeconds(3));
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled())
                .build());
        clients.add(client);
        return client.connect().sync();
    }

    /** @param later whether with {@code push_at} */
    public Door http(Crowd crowd, boolean later) {
        AtomicReference<ServerNode> node = new AtomicReference<>(first);
        return draft -> {
            // exact to the millisecond, as is what the ledger has
            String json = draft.json(later ? ",\"push_at\":\"" + Instant.ofEpochMilli((long) (draft.due() * 1e3)) + "\"" : "");
            HttpResponse<String> response;
            try {
                response = post(node.get(), json);
                if (response.statusCode() != 202) {
                    throw new IOException("HTTP " + response.statusCode());
                }
            } catch (IOException e) {
                node.updateAndGet(crowd::otherThan);
                throw e;
            }
            JsonObject message = Page.parse(response.body()).getJsonArray("messages").getJsonObject(0);
            assertThat(message.getString("to_user_id")).isEqualTo(draft.user());
            return later ? null : Position.of(message.getString("id"));
        };
    }

    private static HttpResponse<String> post(ServerNode node, String json) throws IOException, InterruptedException {
        return FormLogin.CLIENT.send(HttpRequest.newBuilder(node.http("/bellhop/api/messages"))
                .header("Authorization", BACKEND).header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(json)).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
    }
}
