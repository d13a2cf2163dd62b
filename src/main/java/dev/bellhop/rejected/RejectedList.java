package dev.bellhop.rejected;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** The rejected messages that Redis keeps for inspection, the newest thousand. Thread-safe, never blocks. */
@SingleInstance
public class RejectedList {
    private static final Script REJECT = new Script(RejectedList.class, "reject.lua");
    private static final int KEPT = 1_000;

    private final Redis redis;
    private final Keys keys;

    @Inject
    public RejectedList(Redis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /**
     * Moves entries from the ingest stream to the list, in one step.
     *
     * @param entries by the stream's entry id, each as {@link RejectedMessage#kept} gives it
     */
    public CompletableFuture<?> keep(Map<String, String> entries) {
        List<String> arguments = new ArrayList<>(1 + 2 * entries.size());
        arguments.add(Integer.toString(KEPT));
        entries.forEach((entry, kept) -> {
            arguments.add(entry);
            arguments.add(kept);
        });
        return REJECT.run(redis, new String[] {keys.ingest(), keys.rejected()}, arguments.toArray(String[]::new));
    }

    /**
     * The newest ones, as a JSON array.
     *
     * @param most how many at the most
     */
    public CompletableFuture<String> newest(int most) {
        return redis.call(commands -> commands.lrange(keys.rejected(), 0, most - 1))
                .thenApply(entries -> entries.stream().map(RejectedMessage::shown).collect(Collectors.joining(",", "[", "]")));
    }
}
