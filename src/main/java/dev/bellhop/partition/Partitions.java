package dev.bellhop.partition;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.Address;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import io.lettuce.core.cluster.SlotHash;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The partitions that there are. {@code bellhop.partitions} says how many this node spreads messages over. Redis remembers how many there ever were,
 * so what lies in one that is no longer used is still read, found and promoted.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}.
 */
@SingleInstance
public class Partitions {
    private static final Script JOIN = new Script(Partitions.class, "join.lua");
    private static final int BEAT_MILLIS = 500;
    /** Where there is nothing to share with others. */
    private static final int LOOK_MILLIS = 5_000;
    /** A node that has not been heard for so long is gone: others read what it read. */
    private static final int LASTS_MILLIS = 2_500;

    private final Redis redis;
    private final Keys keys;
    private final Node node;
    private final int own;

    private final Object lock = new Object();
    /** How many partitions there are or were; changed under the lock, replaced as a whole. */
    private volatile Set<Integer> counts;
    private volatile List<Partition> all;
    private volatile boolean known;
    private volatile int nodes = 1;
    private volatile boolean stopped;

    @Inject
    public Partitions(Redis redis, Keys keys, Settings settings, Node node) {
        this.redis = redis;
        this.keys = keys;
        this.node = node;
        own = settings.partitions();
        counts = own == 1 ? Set.of() : Set.of(own);
        all = all(counts);
    }

    /** With what no producer needs to know a number for first, then by number. */
    private List<Partition> all(Set<Integer> of) {
        List<Partition> every = new ArrayList<>(List.of(keys.unnumbered()));
        IntStream.range(0, of.stream().mapToInt(count -> count).max().orElse(0)).mapToObj(keys::partition).forEach(every::add);
        return List.copyOf(every);
    }

    /** Where a message to this address goes now. */
    public Partition of(Address to) {
        return own == 1 ? keys.unnumbered() : all.get(1 + number(to, own));
    }

    /**
     * The number of an address's partition. Producers reckon the same: the slot that Redis Cluster would give to a key with the name of the user, of
     * {@code everyone}, {@code role:…} or {@code group:…}.
     */
    static int number(Address to, int count) {
        String name = to.isUser() ? to.name() : to.board();
        return SlotHash.getSlot(name.getBytes(StandardCharsets.UTF_8)) % count;
    }

    /** Every partition that this node knows of; the first one is without a number. */
    public List<Partition> all() {
        return all;
    }

    /** Whether messages are spread over it now, as far as this node is concerned. */
    public boolean isInUse(Partition partition) {
        return own > 1 && partition.number() != Partition.NONE && partition.number() < own;
    }

    /** How many of the partitions in use one node should read, so that each of the living ones reads some. */
    public int share() {
        return (own + nodes - 1) / nodes;
    }

    /** Where what was scheduled for this address may lie: first where it goes now. */
    public CompletableFuture<List<Partition>> everOf(Address to) {
        return known().thenApply(ok -> {
            Set<Partition> ever = new LinkedHashSet<>(List.of(of(to)));
            counts.stream().filter(count -> count > 1).forEach(count -> ever.add(keys.partition(number(to, count))));
            ever.add(keys.unnumbered());
            return List.copyOf(ever);
        });
    }

    /** Ends when Redis knows of this node's partitions, and this node of those in Redis: before that nothing goes into one. */
    public CompletableFuture<?> known() {
        return known ? CompletableFuture.completedFuture(null) : ask();
    }

    /** Every partition, as Redis knows it now. */
    public CompletableFuture<List<Partition>> ask() {
        // why one alone only looks: it uses the keys that were there before there were partitions, and no others
        return own == 1 ? redis.call(commands -> commands.zrange(keys.partitions(), 0, -1)).thenApply(this::take) : join(LASTS_MILLIS);
    }

    private CompletableFuture<List<Partition>> join(int lasts) {
        String[] touched = {keys.partitions(), keys.readers()};
        return JOIN.run(redis, touched, Integer.toString(own), node.name(), Integer.toString(lasts)).thenApply(reply -> {
            nodes = Math.max(1, (int) reply.number());
            return take(reply.texts());
        });
    }

    private List<Partition> take(List<String> texts) {
        synchronized (lock) {
            Set<Integer> now = new TreeSet<>(counts); // why none is ever forgotten here: Redis may have lost what it knew
            texts.stream().filter(text -> text.matches("[1-9]\\d{0,2}")).map(Integer::valueOf).forEach(now::add);
            if (!now.equals(counts)) {
                counts = Set.copyOf(now);
                all = all(now);
            }
            known = true;
            return all;
        }
    }

    /** Takes part in reading until stopped, and has a task run each time the others have been asked. Returns at once. */
    public void join(Runnable afterwards) {
        if (stopped) {
            return;
        }
        ask().whenComplete((ok, away) -> {
            if (away == null) {
                afterwards.run();
            }
            redis.later(() -> join(afterwards), own == 1 && away == null ? LOOK_MILLIS : BEAT_MILLIS);
        });
    }

    /** Takes no part any more, so that the others need not wait until this node is missed. */
    public CompletableFuture<?> leave() {
        stopped = true;
        return own == 1 ? CompletableFuture.completedFuture(null) : join(0);
    }
}
