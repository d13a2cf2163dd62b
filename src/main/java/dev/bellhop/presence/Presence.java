package dev.bellhop.presence;

import dev.bellhop.config.Node;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Which nodes there are, and which hold connections of whom, as they have written down in Redis.
 *
 * <p>Thread-safe, never blocks. By Redis's clock: nodes' clocks differ. It is for people and for the API: no message is routed by it, so it may lag by a second, and
 * by a minute for a node that has died.
 *
 * <p>What a node holds of a user counts while the node itself lives. So it need not be written again and again for each user: with a
 * connection for each user, that was the most of what idle connections cost.
 */
@SingleInstance
public class Presence {
    /** How long a node counts as living, unless it reports again. */
    public static final Duration LASTS = Duration.ofSeconds(60);
    /** How long what a living node has written of a user counts, unless it is refreshed. Redis may have lost it, so it is refreshed now and then. */
    public static final Duration HELD_LASTS = Duration.ofMinutes(15);

    private static final Script REPORT = new Script(Presence.class, "reports.lua", "report.lua");
    private static final Script LIVING = new Script(Presence.class, "reports.lua", "living.lua");
    private static final Script NAMES = new Script(Presence.class, "reports.lua", "names.lua");

    private final Redis redis;
    private final Keys keys;
    private final Node node;

    @Inject
    public Presence(Redis redis, Keys keys, Node node) {
        this.redis = redis;
        this.keys = keys;
        this.node = node;
    }

    /** A node's connections of one user. */
    public record Held(String node, int connections) {}

    /** Writes down how many connections of the user this node holds. */
    public CompletableFuture<?> write(String user, int connections) {
        return report(keys.connections(user), HELD_LASTS, connections == 0 ? "" : Integer.toString(connections));
    }

    /** The nodes that hold connections of the user. */
    public CompletableFuture<List<Held>> of(String user) {
        CompletableFuture<List<String>> living = NAMES.run(redis, new String[] {keys.nodes()}).thenApply(Reply::texts);
        return living(keys.connections(user)).thenCombine(living, (written, names) -> written.entrySet().stream()
                .filter(node -> names.contains(node.getKey())).map(node -> new Held(node.getKey(), Integer.parseInt(node.getValue()))).toList());
    }

    /** Writes down that this node lives, and what it says of itself. */
    public CompletableFuture<?> writeNode(String report) {
        return report(keys.nodes(), LASTS, report);
    }

    /** Takes this node's report away. */
    public CompletableFuture<?> removeNode() {
        return report(keys.nodes(), LASTS, "");
    }

    /** What each living node says of itself. */
    public CompletableFuture<Map<String, String>> nodes() {
        return living(keys.nodes());
    }

    private CompletableFuture<?> report(String key, Duration lasts, String report) {
        return REPORT.run(redis, new String[] {key}, Long.toString(lasts.toMillis()), node.name(), report);
    }

    private CompletableFuture<Map<String, String>> living(String key) {
        return LIVING.run(redis, new String[] {key}).thenApply(reply -> {
            Map<String, String> living = new TreeMap<>();
            while (reply.hasNext()) {
                living.put(reply.text(), reply.text());
            }
            return living;
        });
    }
}
