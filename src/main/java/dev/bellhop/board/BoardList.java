package dev.bellhop.board;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Which boards there are: for people who look, and for nothing else. What uses a board notes it here, some time after, and does not wait: a
 * note that fails is made with the next message.
 *
 * <p>Thread-safe, never blocks.
 */
@SingleInstance
public class BoardList {
    private static final Script NOTE = new Script(BoardList.class, "note.lua");
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** The most boards that are listed: those used last. */
    public static final int MOST = 10_000;

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    /** When this node has noted each, so that not every message is a note; bounded by {@link #MOST}. */
    private final ConcurrentMap<String, Long> noted = new ConcurrentHashMap<>();

    @Inject
    public BoardList(Redis redis, Keys keys, Settings settings) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
    }

    /** A board has been used. */
    void note(String board) {
        long now = System.nanoTime();
        Long before = noted.get(board);
        if (before != null && now - before < AGAIN_NANOS) {
            return;
        }
        if (noted.size() >= MOST) {
            noted.clear();
        }
        noted.put(board, now);
        String lasts = Long.toString(settings.inboxRetention().toMillis());
        NOTE.run(redis, new String[] {keys.boards()}, board, lasts, Integer.toString(MOST)).whenComplete((done, failure) -> {
            if (failure != null) {
                noted.remove(board);
            }
        });
    }

    /** The boards used last, the latest first. */
    public CompletableFuture<List<String>> latest(int most) {
        return redis.call(commands -> commands.zrange(keys.boards(), 0, most - 1));
    }
}
