package dev.bellhop.redis;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The subscriptions on a cluster: a {@link ShardLine} for each master, and each channel at the master that has its slot.
 *
 * <p>When a slot has moved, or another master has taken over, the channels concerned are subscribed to there. The subscription is told
 * to the listener as any other, who then reads what came in between.
 *
 * <p>Thread-safe. One thread of its own looks where slots are; no call blocks but {@link #stop}.
 */
final class Shards {
    private static final System.Logger LOG = System.getLogger(Shards.class.getName());
    private static final long LOOK_MILLIS = 1_000;
    private static final long LEAST_MILLIS = 200;
    /** For so long after something was lost the cluster is asked again and again: its members learn one after another who serves a slot. */
    private static final long SEARCH_NANOS = TimeUnit.SECONDS.toNanos(6);
    /** Where it lasts, it is asked less and less often, but not less than that. */
    private static final long MOST_MILLIS = 5_000;
    /** A shard that other nodes hear must not stay unheard here for longer. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Redis redis;
    private final PubSub owner;
    private final Keys keys;
    private final String node;
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();
    private final Semaphore news = new Semaphore(0);
    private volatile long searchUntilNanos = System.nanoTime();
    private volatile long searchBegunNanos = System.nanoTime();
    private volatile boolean stopped;
    private ThreadFactory threads;
    private Thread thread;

    // guarded by this
    private final Map<String, ShardLine> lines = new HashMap<>();
    private volatile ShardLine[] bySlot = new ShardLine[SlotHash.SLOT_COUNT];
    /** The slots that were moving when the channels were placed. */
    private Set<Integer> placedMoving = Set.of();

    Shards(Redis redis, PubSub owner, Keys keys, String node) {
        this.redis = redis;
        this.owner = owner;
        this.keys = keys;
        this.node = node;
    }

    static String address(RedisClusterNode member) {
        return member.getUri().getHost() + ':' + member.getUri().getPort();
    }

    /** Those that have slots. */
    static List<RedisClusterNode> masters(Partitions members) {
        Set<RedisClusterNode> masters = new LinkedHashSet<>();
        for (int slot = 0; slot < SlotHash.SLOT_COUNT; slot++) {
            RedisClusterNode master = members.getMasterBySlot(slot);
            if (master != null) {
                masters.add(master);
            }
        }
        if (masters.isEmpty()) {
            throw new IllegalStateException("the Redis Cluster has no master with slots");
        }
        return List.copyOf(masters);
    }

    void start(ThreadFactory factory) {
        threads = factory;
        thread = factory.newThread(this::run);
        thread.setName("bellhop-shards");
        thread.start();
    }

    // --- what is wanted

    synchronized void subscribe(String channel) {
        if (wanted.add(channel)) {
            linesOf(channel).forEach(line -> line.subscribe(channel));
        }
    }

    synchronized void subscribeAgain(String channel) {
        if (wanted.contains(channel)) {
            linesOf(channel).forEach(line -> line.subscribeAgain(channel));
        }
    }

    synchronized void unsubscribe(String channel) {
        if (wanted.remove(channel)) {
            lines.values().forEach(line -> line.unsubscribe(channel));
        }
    }

    int channels() {
        return wanted.size();
    }

    /** Where a channel is heard: at the master that has its slot, and at the one to which that is moving. */
    private Set<ShardLine> linesOf(String channel) {
        int slot = SlotHash.getSlot(channel);
        Set<ShardLine> all = new HashSet<>(2);
        if (bySlot[slot] != null) {
            all.add(bySlot[slot]);
        }
        for (ShardLine line : lines.values()) {
            if (line.importing().contains(slot)) {
                all.add(line);
            }
        }
        return all;
    }

    boolean isHome(ShardLine line, String channel) {
        return bySlot[SlotHash.getSlot(channel)] == line;
    }

    // --- where it is

    /**
     * Slots may be elsewhere.
     *
     * @param moved whether Redis says so; else a master cannot be reached, which may last
     */
    void search(boolean moved) {
        long now = System.nanoTime();
        boolean anew = moved || now - searchUntilNanos > SEARCH_NANOS;
        if (anew) {
            searchBegunNanos = now;
        }
        searchUntilNanos = now + SEARCH_NANOS;
        if (anew) {
            news.release();
        }
    }

    private boolean isSearching() {
        return searchUntilNanos - System.nanoTime() > 0;
    }

    private long pauseMillis() {
        long searched = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - searchBegunNanos);
        return isSearching() ? Math.max(LEAST_MILLIS, Math.min(MOST_MILLIS, searched / 4)) : LOOK_MILLIS;
    }

    /** A slot has begun to move, or has ended. */
    void movesChanged() {
        news.release();
    }

    private void run() {
        while (!stopped) {
            try {
                if (redis.isConnected()) {
                    if (isSearching()) {
                        redis.client().refreshMembers().toCompletableFuture().get(2 * Client.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                    }
                    look(redis.client().members());
                }
                Thread.sleep(LEAST_MILLIS);
                news.tryAcquire(pauseMillis() - LEAST_MILLIS, TimeUnit.MILLISECONDS);
                news.drainPermits();
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) { // why: whatever the cluster answers must not end this thread
                LOG.log(System.Logger.Level.DEBUG, "the cluster does not say where slots are: {0}", Redis.rootMessage(e));
                if (!Redis.sleep(pauseMillis())) {
                    return;
                }
            }
        }
    }

    private void look(Partitions members) {
        ShardLine[] now = new ShardLine[SlotHash.SLOT_COUNT];
        ShardLine[] before;
        List<ShardLine> gone;
        synchronized (this) {
            if (stopped) {
                return;
            }
            Map<String, ShardLine> used = new HashMap<>();
            for (int slot = 0; slot < now.length; slot++) {
                RedisClusterNode master = members.getMasterBySlot(slot);
                if (master != null) {
                    now[slot] = used.computeIfAbsent(master.getNodeId(), id -> line(master));
                }
            }
            Set<Integer> moving = new HashSet<>();
            used.values().forEach(line -> moving.addAll(line.importing()));
            if (Arrays.equals(now, bySlot) && moving.equals(placedMoving)) {
                return;
            }
            placedMoving = moving;
            gone = new ArrayList<>(lines.values());
            gone.removeAll(used.values());
            lines.clear();
            lines.putAll(used);
            before = bySlot;
            bySlot = now;
            lines.values().forEach(line -> line.probe(probe(line)));
        }
        gone.forEach(Line::stop);
        place(before);
    }

    private ShardLine line(RedisClusterNode master) {
        ShardLine known = lines.get(master.getNodeId());
        if (known != null && address(known.member()).equals(address(master))) {
            return known;
        }
        ShardLine line = new ShardLine(redis, owner, this, master);
        line.start(threads, "bellhop-subscriptions-" + address(master));
        return line;
    }

    /** The line's probe, if it lies in one of the line's slots; or another one that does. */
    private String probe(ShardLine line) {
        String now = line.probe();
        for (int tag = 0; now == null || bySlot[SlotHash.getSlot(now)] != line; tag++) {
            now = keys.probe(node, tag);
        }
        return now;
    }

    /** Has each channel where its slot is, and nowhere else. */
    private synchronized void place(ShardLine[] before) {
        for (ShardLine line : lines.values()) {
            for (String channel : line.channels()) {
                if (wanted.contains(channel) && !linesOf(channel).contains(line)) {
                    line.unsubscribe(channel);
                }
            }
        }
        for (String channel : wanted) {
            for (ShardLine line : linesOf(channel)) {
                if (!line.holds(channel)) {
                    line.subscribe(channel);
                } else if (isHome(line, channel) && before[SlotHash.getSlot(channel)] != line) {
                    line.subscribeAgain(channel); // it held the channel of a slot that was moving; now what was missed can be read
                }
            }
        }
    }

    // --- how they are

    /** One shard as this node sees it. */
    record Hearing(String address, boolean hears, boolean failed, long silentNanos) {}

    synchronized List<Hearing> hearings() {
        return lines.values().stream().map(line -> {
            RedisClusterNode now = redis.client().members().getPartitionByNodeId(line.member().getNodeId());
            boolean failed = now != null && now.is(RedisClusterNode.NodeFlag.FAIL);
            return new Hearing(address(line.member()), line.hears(), failed, line.silentNanos());
        }).toList();
    }

    /** Whether it hears each shard that others may hear. A shard that has failed for all is no reason to send pages to another node. */
    boolean hearsAsOthers() {
        List<Hearing> all = hearings();
        return all.stream().anyMatch(Hearing::hears) && all.stream().allMatch(one -> one.hears() || one.failed() || one.silentNanos() < GRACE_NANOS);
    }

    /** Ends all lines and its thread. Blocks for some seconds at most. */
    void stop() {
        stopped = true;
        List<ShardLine> all;
        synchronized (this) {
            all = List.copyOf(lines.values());
        }
        all.forEach(Line::stop);
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(10_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        all.forEach(Line::join);
    }
}
