package dev.bellhop.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisCluster.Member;
import dev.bellhop.it.RedisSentinel;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promise, counted, where Redis is more than one: what Redis has acknowledged and its replicas have is shown on every page of its user once
 * and in order, while masters die, replicas take over and slots move. And whoever is on another shard does not notice.
 *
 * <p>Each fault comes once. {@code -Dchaos.seconds=600} makes it longer: then they come again and again, and a thousand slots move, not a hundred.
 */
@Timeout(7_200)
class ShardChaosIT {
    private static final int SECONDS = Integer.getInteger("chaos.seconds", 1);
    private static final int MOVED = SECONDS < 600 ? 100 : 1_000;
    /** Longer than Bellhop tries a script again by itself. */
    private static final int HELD_MILLIS = SECONDS < 600 ? 4_000 : 10_000;
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String[] CLUSTER = {"bellhop.redis.cluster=true", "bellhop.inbox.max-messages=100000"};

    @Test
    void onACluster() throws Exception {
        try (RedisCluster cluster = RedisCluster.create(3, 1);
                TestNode one = TestNode.start(cluster.uris(), CLUSTER); TestNode two = TestNode.start(cluster.uris(), CLUSTER)) {
            RedisClusterClient client = RedisClusterClient.create(cluster.members().stream().map(member -> uri(RedisURI.create("redis://127.0.0.1:" + member.port()))).toList());
            ClusterClientOptions.Builder options = ClusterClientOptions.builder();
            options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(Duration.ofMillis(500)).build());
            options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS).replayFilter(command -> true).timeoutOptions(TimeoutOptions.enabled());
            client.setOptions(options.build());
            StatefulRedisClusterConnection<String, String> connection = client.connect();
            try (ShardChaos chaos = new ShardChaos("cluster", List.of(one, two), 1,
                    slot -> connection.getConnection(connection.getPartitions().getMasterBySlot(slot).getNodeId()).sync())) {
                int ingest = SlotHash.getSlot(RedisServer.STREAM);
                long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
                for (int round = 0; round == 0 || System.nanoTime() < end; round++) {
                    // in later rounds also the shard of the ingest stream
                    Member victim = round % 2 == 0 ? other(cluster, cluster.masterOf(ingest)) : cluster.masterOf(ingest);
                    masterKilled(chaos, cluster, victim);
                    failover(chaos, cluster, cluster.masterOf(ingest));
                    slotsMoved(chaos, cluster, round);
                    slotHeldHalfMoved(chaos, cluster, round);
                    unreachable(chaos, cluster, other(cluster, cluster.masterOf(ingest)));
                }
                chaos.finish();
                assertThat(chaos.waits().longestOfOthers(chaos.screens(), "a master and its replica unreachable")).as("ms that users of other shards waited at most")
                        .isLessThan(3_000);
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            }
        }
    }

    /** Killed; its replica takes over; it comes back, and has to learn that it is no master any more. */
    private static void masterKilled(ShardChaos chaos, RedisCluster cluster, Member victim) throws InterruptedException {
        int slot = firstSlot(cluster, victim);
        chaos.waits().during("a master killed", of(cluster, victim), () -> {
            victim.kill();
            await().atMost(SOON).ignoreException(NoSuchElementException.class).until(() -> cluster.masterOf(slot) != victim); // why: for a moment it is nobody's
            chaos.rest(1_000);
            victim.start();
            cluster.awaitWhole();
        });
    }

    private static void failover(ShardChaos chaos, RedisCluster cluster, Member master) throws InterruptedException {
        int slot = firstSlot(cluster, master);
        Member replica = cluster.replicaOf(master);
        chaos.waits().during("CLUSTER FAILOVER", of(cluster, master), () -> {
            await().atMost(SOON).ignoreExceptions().until(() -> replica.commands().clusterFailover(false).equals("OK"));
            await().atMost(SOON).ignoreException(NoSuchElementException.class).until(() -> cluster.masterOf(slot) == replica);
        });
    }

    /** By redis-cli, as an administrator would; and one after another those of ten users and of the ingest stream. */
    private static void slotsMoved(ShardChaos chaos, RedisCluster cluster, int round) throws InterruptedException {
        int ingest = SlotHash.getSlot(RedisServer.STREAM);
        Set<Integer> moved = ConcurrentHashMap.newKeySet();
        chaos.users().subList(10 * (round % 5), 10 * (round % 5) + 10).stream().map(SlotHash::getSlot).forEach(moved::add);
        moved.add(ingest);
        Member from = cluster.masterOf(ingest);
        Member to = other(cluster, from);
        chaos.waits().during(MOVED + " slots moved", moved::contains, () -> {
            cluster.move(moved, to);
            int slots = Math.min(MOVED, cluster.ownSlotsOf(from).size() - 1);
            if (SECONDS >= 600 || RedisCli.isThere()) { // the figures of the guarantees page are redis-cli's
                moved.addAll(RedisCli.reshard(cluster, slots, from, to));
            } else {
                List<Integer> lowest = cluster.slotsOf(from).stream().sorted().limit(slots).toList();
                moved.addAll(lowest);
                cluster.move(lowest, to);
            }
        });
    }

    private static void slotHeldHalfMoved(ShardChaos chaos, RedisCluster cluster, int round) throws InterruptedException {
        int slot = SlotHash.getSlot(chaos.users().get(20 + round % 10));
        Member from = cluster.masterOf(slot);
        Member to = other(cluster, from);
        chaos.waits().during("a slot half moved for " + HELD_MILLIS / 1_000 + " seconds", Set.of(slot)::contains, () -> {
            cluster.beginMove(slot, from, to);
            cluster.moveKeys(slot, from, to, (int) (from.commands().clusterCountKeysInSlot(slot) / 2));
            chaos.rest(HELD_MILLIS);
            cluster.endMove(slot, from, to);
        });
    }

    /** Nobody takes over, since nobody is left to. */
    private static void unreachable(ShardChaos chaos, RedisCluster cluster, Member master) throws InterruptedException {
        Member replica = cluster.replicaOf(master);
        chaos.waits().during("a master and its replica unreachable", of(cluster, master), () -> {
            replica.freeze(true);
            master.freeze(true);
            chaos.rest(6_000);
            master.freeze(false);
            replica.freeze(false);
            cluster.awaitWhole();
        });
    }

    @Test
    void underSentinels() throws Exception {
        try (RedisSentinel redis = RedisSentinel.create();
                TestNode one = TestNode.start(redis.uri(), CLUSTER[1]); TestNode two = TestNode.start(redis.uri(), CLUSTER[1])) {
            RedisClient client = RedisClient.create(uri(RedisURI.create(redis.unrestrictedUri())));
            client.setOptions(ClientOptions.builder().disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS).replayFilter(command -> true)
                    .timeoutOptions(TimeoutOptions.enabled()).build());
            StatefulRedisConnection<String, String> connection = client.connect();
            RedisCommands<String, String> commands = connection.sync();
            try (ShardChaos chaos = new ShardChaos("sentinel", List.of(one, two), 2, slot -> commands)) {
                long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
                for (int round = 0; round == 0 || System.nanoTime() < end; round++) {
                    chaos.waits().during("SENTINEL FAILOVER", slot -> true, () -> {
                        RedisSentinel.Member before = redis.master();
                        redis.failover();
                        await().atMost(SOON).ignoreExceptions().until(() -> redis.master() != before);
                        redis.awaitWhole();
                    });
                    chaos.rest(7_000); // why: Sentinel chooses again only after a while
                    chaos.waits().during("the master killed", slot -> true, () -> {
                        RedisSentinel.Member before = redis.master();
                        before.kill();
                        await().atMost(SOON).ignoreExceptions().until(() -> redis.master() != before);
                        chaos.rest(1_000);
                        before.start();
                        redis.awaitWhole();
                    });
                }
                chaos.finish();
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            }
        }
    }

    private static RedisURI uri(RedisURI uri) {
        uri.setTimeout(Duration.ofSeconds(2));
        return uri;
    }

    private static int firstSlot(RedisCluster cluster, Member master) {
        return cluster.slotsOf(master).stream().min(Integer::compare).orElseThrow();
    }

    /** The slots that it has now. */
    private static IntPredicate of(RedisCluster cluster, Member master) {
        Set<Integer> slots = cluster.slotsOf(master);
        return slots::contains;
    }

    private static Member other(RedisCluster cluster, Member master) {
        return cluster.members().stream().filter(member -> member != master && !cluster.slotsOf(member).isEmpty()).findFirst().orElseThrow();
    }
}
