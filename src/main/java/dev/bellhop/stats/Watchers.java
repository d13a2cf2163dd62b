package dev.bellhop.stats;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Which administrators watch the nodes just now, so that each node sends them what it reports.
 *
 * <p>Thread-safe, never blocks. Kept in Redis, by Redis's clock: whoever does not say so again is forgotten after a minute,
 * and while nobody watches there is nothing to send.
 */
@SingleInstance
public class Watchers {
    /** How long a user counts as watching. */
    public static final Duration LASTS = Duration.ofSeconds(60);
    /** At most so many watch at a time: each report is sent to each of them. */
    public static final int MOST = 20;

    private static final Script WATCH = new Script(Watchers.class, "watchers.lua", "watch.lua");
    private static final Script WATCHING = new Script(Watchers.class, "watchers.lua", "watching.lua");

    private final Redis redis;
    private final Keys keys;

    @Inject
    public Watchers(Redis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /**
     * The user watches for the next minute.
     *
     * @return false if too many others do
     */
    public CompletableFuture<Boolean> add(String user) {
        return WATCH.run(redis, new String[] {keys.watchers()}, Long.toString(LASTS.toMillis()), Integer.toString(MOST), user)
                .thenApply(Reply::flag);
    }

    /** Who watches now. */
    public CompletableFuture<List<String>> now() {
        return WATCHING.run(redis, new String[] {keys.watchers()}).thenApply(Reply::texts);
    }
}
