package dev.bellhop.presence;

import dev.bellhop.config.Node;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Which nodes there are, and which hold connections of whom, as they have written down in Redis.
 *
 * <p>Thread-safe, never blocks. It is for people and for the API: no message is routed by it, so it may lag by a second, and
 * by a minute for a node that has died.
 */
@ApplicationScoped
public class Presence {
    /** How long what a node has written counts, unless it is refreshed. */
    public static final Duration LASTS = Duration.ofSeconds(60);

    private final Redis redis;
    private final Keys keys;
    private final Node node;

    Presence() { // for the container's proxy
        this(null, null, null);
    }

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
        String key = keys.connections(user);
        if (connections == 0) {
            return redis.call(commands -> commands.hdel(key, node.name()));
        }
        String value = connections + " " + (System.currentTimeMillis() + LASTS.toMillis());
        return redis.call(commands -> commands.hset(key, node.name(), value))
                .thenCompose(written -> redis.call(commands -> commands.pexpire(key, LASTS.toMillis())));
    }

    /** The nodes that hold connections of the user. */
    public CompletableFuture<List<Held>> of(String user) {
        return redis.call(commands -> commands.hgetall(keys.connections(user))).thenApply(written -> {
            List<Held> held = new ArrayList<>();
            long now = System.currentTimeMillis();
            written.forEach((name, value) -> {
                int space = value.indexOf(' ');
                if (Long.parseLong(value.substring(space + 1)) > now) {
                    held.add(new Held(name, Integer.parseInt(value.substring(0, space))));
                }
            });
            held.sort(Comparator.comparing(Held::node));
            return held;
        });
    }

    /** Writes down that this node lives, and what it says of itself. */
    public CompletableFuture<?> writeNode(String report) {
        String value = (System.currentTimeMillis() + LASTS.toMillis()) + " " + report;
        return redis.call(commands -> commands.hset(keys.nodes(), node.name(), value));
    }

    /** Takes this node's report away. */
    public CompletableFuture<?> removeNode() {
        return redis.call(commands -> commands.hdel(keys.nodes(), node.name()));
    }

    /** What each living node says of itself; those long dead are forgotten. */
    public CompletableFuture<Map<String, String>> nodes() {
        return redis.call(commands -> commands.hgetall(keys.nodes())).thenApply(written -> {
            Map<String, String> living = new java.util.TreeMap<>();
            List<String> dead = new ArrayList<>();
            long now = System.currentTimeMillis();
            written.forEach((name, value) -> {
                int space = value.indexOf(' ');
                if (Long.parseLong(value.substring(0, space)) > now) {
                    living.put(name, value.substring(space + 1));
                } else {
                    dead.add(name);
                }
            });
            if (!dead.isEmpty()) {
                redis.call(commands -> commands.hdel(keys.nodes(), dead.toArray(String[]::new)));
            }
            return living;
        });
    }
}
