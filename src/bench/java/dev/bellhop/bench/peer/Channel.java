package dev.bellhop.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/** What the peers on a JVM do with the channel: read each message with Jackson and hand on its frame, on Lettuce's thread. */
final class Channel {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Channel() {}

    /** @param deliver takes a user and a frame */
    static void listen(int redisPort, BiConsumer<String, String> deliver) {
        StatefulRedisPubSubConnection<String, String> connection = RedisClient.create("redis://localhost:" + redisPort).connectPubSub();
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String text) {
                try {
                    JsonNode message = JSON.readTree(text);
                    ObjectNode frame = JSON.createObjectNode();
                    frame.set("msg_type", message.get("msg_type"));
                    frame.set("data", message.get("data"));
                    deliver.accept(message.get("to_user_id").asText(), JSON.writeValueAsString(frame));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        connection.sync().subscribe("websocket:producer:channel");
    }
}
