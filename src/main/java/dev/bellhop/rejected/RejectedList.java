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
    private static final Script NEWEST = new Script(RejectedList.class, "/dev/bellhop/redis/some.lua", "newest.lua");
    private static final int KEPT = 1_000;
    /** About how many bytes are read at once, of all partitions together; but some of each. */
    private static final int MOST_BYTES = 1 << 20;
    /** More than {@link RejectedMessage#kept} ever has: what is longer somebody else has put there. */
    private static final int LONGEST = 64 << 10;

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
     * @param most how many at the most; fewer if they are large
     */
    public CompletableFuture<String> newest(int most) {
        return partitions.ask().thenCompose(all -> {
            String bytes = Integer.toString(Math.max(LONGEST, MOST_BYTES / all.size()));
            List<CompletableFuture<Read>> reading = all.stream().map(partition -> NEWEST.run(redis, new String[] {partition.rejected()},
                    Integer.toString(most), bytes, Integer.toString(LONGEST)).thenApply(reply -> new Read(reply.flag(), reply.texts()))).toList();
            return Redis.all(reading).thenApply(lists -> newest(lists, most).map(RejectedMessage::shown).collect(Collectors.joining(",", "[", "]")));
        });
    }

    /**
     * The newest ones of one list.
     *
     * @param more whether there may be others behind them
     */
    private record Read(boolean more, List<String> entries) {}

    private static Stream<String> newest(List<Read> lists, int most) {
        Stream<String> entries = lists.stream().flatMap(list -> list.entries().stream());
        if (lists.size() == 1) { // why not sorted then: it may hold what somebody else has put there, which tells no time
            return entries;
        }
        // what is older than the last one of a list that has more may come after others of that list
        long known = lists.stream().filter(Read::more).mapToLong(list -> RejectedMessage.at(list.entries().get(list.entries().size() - 1))).max().orElse(0);
        return entries.filter(entry -> RejectedMessage.at(entry) >= known).sorted(Comparator.comparingLong(RejectedMessage::at).reversed()).limit(most);
    }
}
