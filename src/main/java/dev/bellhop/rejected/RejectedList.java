package dev.bellhop.rejected;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.partition.Partitions;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rejected messages that Redis keeps for inspection, of each ingest stream the newest thousand. Thread-safe, never blocks. */
@SingleInstance
public class RejectedList {
    private static final Script REJECT = new Script(RejectedList.class, "reject.lua");
    private static final int KEPT = 1_000;

    private final Redis redis;
    private final Partitions partitions;

    @Inject
    public RejectedList(Redis redis, Partitions partitions) {
        this.redis = redis;
        this.partitions = partitions;
    }

    /**
     * Moves entries from an ingest stream to the list beside it, in one step.
     *
     * @param entries by the stream's entry id, each as {@link RejectedMessage#kept} gives it
     */
    public CompletableFuture<?> keep(Partition partition, Map<String, String> entries) {
        List<String> arguments = new ArrayList<>(1 + 2 * entries.size());
        arguments.add(Integer.toString(KEPT));
        entries.forEach((entry, kept) -> {
            arguments.add(entry);
            arguments.add(kept);
        });
        return REJECT.run(redis, new String[] {partition.ingest(), partition.rejected()}, arguments.toArray(String[]::new));
    }

    /**
     * The newest ones, as a JSON array.
     *
     * @param most how many at the most
     */
    public CompletableFuture<String> newest(int most) {
        return partitions.ask().thenCompose(all -> {
            List<CompletableFuture<List<String>>> reading = all.stream().map(partition -> redis.call(commands -> commands.lrange(partition.rejected(), 0, most - 1))).toList();
            return Redis.all(reading).thenApply(lists -> {
                Stream<String> entries = lists.stream().flatMap(List::stream);
                // why not sorted if there is one list: it may hold what somebody else has put there, which tells no time
                Stream<String> newest = lists.size() == 1 ? entries : entries.sorted(Comparator.comparingLong(RejectedMessage::at).reversed()).limit(most);
                return newest.map(RejectedMessage::shown).collect(Collectors.joining(",", "[", "]"));
            });
        });
    }
}
