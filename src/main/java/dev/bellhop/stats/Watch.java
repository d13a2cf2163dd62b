package dev.bellhop.stats;

import dev.bellhop.config.Node;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.Json;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import jakarta.inject.Inject;
import java.util.List;

/**
 * Sends what this node reports to the administrators who watch, as any producer would: not kept, through the shared channel.
 *
 * <p>Thread-safe, never blocks. While nobody watches it costs one question to Redis for each report.
 */
@SingleInstance
class Watch {
    /** The {@code msg_type}; the data is one of {@code GET stats}' nodes, and the depths of the queues. */
    static final String TYPE = "bellhop.node";

    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    private final Watchers watchers;
    private final Queues queues;
    private final Redis redis;
    private final Keys keys;
    private final Node node;

    @Inject
    Watch(Watchers watchers, Queues queues, Redis redis, Keys keys, Node node) {
        this.watchers = watchers;
        this.queues = queues;
        this.redis = redis;
        this.keys = keys;
        this.node = node;
    }

    /** @param report a JSON object with at least one field */
    void send(String report) {
        watchers.now().thenAccept(users -> {
            if (!users.isEmpty()) {
                queues.depths().thenAccept(depths -> send(users, report, depths)).exceptionally(Watch::missed);
            }
        }).exceptionally(Watch::missed);
    }

    private void send(List<String> users, String report, Queues.Depths depths) {
        for (String user : users) {
            String message = frame(user, node.name(), report, depths);
            redis.call(commands -> commands.publish(keys.shared(), message)).exceptionally(failure -> {
                missed(failure);
                return null;
            });
        }
    }

    static String frame(String user, String node, String report, Queues.Depths depths) {
        return "{\"msg_type\":" + Json.quote(TYPE) + ",\"to_user_id\":" + Json.quote(user) + ",\"data\":{\"node\":" + Json.quote(node)
                + ",\"queues\":{" + depths.json() + "}," + report.substring(1) + '}';
    }

    private static Void missed(Throwable failure) {
        LOG.log(System.Logger.Level.DEBUG, "watching administrators miss a report: {0}", failure.toString());
        return null;
    }
}
