package dev.bellhop.redis;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisCluster.Member;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Announcements on a cluster: each costs its own shard alone, and is heard wherever the shard's slots go. */
class ShardsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 500;

    @RegisterExtension
    final RedisCluster cluster = RedisCluster.create(3, 1);

    private final TestNode node = TestNode.start(cluster).awaitRedis().withPages();

    @BeforeEach
    void start() {
        await().atMost(SOON).until(node.pubSub()::hears);
    }

    /** By Redis's own counters. The rest of what they count are this node's probes. */
    @Test
    void anAnnouncementCostsOneShard() {
        TestPage page = loggedIn("alice");
        Member home = cluster.masterOf(SlotHash.getSlot("alice"));
        List<Member> others = cluster.members().subList(0, 3).stream().filter(member -> member != home).toList();
        cluster.members().forEach(member -> member.commands().configResetstat());
        Map<Member, Integer> before = cluster.members().stream().collect(Collectors.toMap(member -> member, member -> sent(member, "publish")));
        Map<Member, Integer> beforeToReplicas = cluster.members().stream().collect(Collectors.toMap(member -> member, member -> sent(member, "publishshard")));
        for (int i = 0; i < MANY; i++) {
            publish("alice");
        }
        await().atMost(SOON).until(() -> page.positions().size() == MANY);

        assertThat(calls(home, "spublish")).isBetween(MANY, MANY + 50);
        assertThat(others).allSatisfy(other -> assertThat(calls(other, "spublish")).isLessThan(50));
        assertThat(sent(home, "publishshard") - beforeToReplicas.get(home)).as("on the cluster's bus, to its own replica").isBetween(MANY, MANY + 50);
        assertThat(others).allSatisfy(other -> assertThat(sent(other, "publishshard") - beforeToReplicas.get(other)).isLessThan(50));
        assertThat(cluster.members()).allSatisfy(member -> {
            assertThat(calls(member, "publish")).isLessThan(50);
            assertThat(sent(member, "publish") - before.get(member)).as("on the cluster's bus, to all others").isLessThan(250);
        });

        // what producers publish on the shared channel still goes to all
        cluster.commands().publish(RedisServer.CHANNEL, message("passing", to("alice")));
        await().atMost(SOON).until(() -> page.frames().stream().anyMatch(frame -> frame.contains("passing")));
    }

    @Test
    void whereASlotGoesTheSubscriptionGoes() {
        TestPage page = loggedIn("alice");
        int slot = SlotHash.getSlot("alice");
        Member from = cluster.masterOf(slot);
        for (int move = 1; move <= 3; move++) {
            Member here = cluster.masterOf(slot);
            Member there = cluster.members().subList(0, 3).stream().filter(member -> member != here).skip(move % 2).findFirst().orElseThrow();
            cluster.beginMove(slot, here, there);
            cluster.endMove(slot, here, there);
            publish("alice");
            int kept = 2 * move - 1;
            await().atMost(SOON).until(() -> page.positions().size() == kept);
            await().atMost(SOON).until(() -> there.commands().pubsubShardNumsub(node.keys().channel("alice")).get(node.keys().channel("alice")) == 1);
            long before = replayed();
            publish("alice");
            await().atMost(SOON).until(() -> page.positions().size() == kept + 1);
            assertThat(replayed()).as("heard, not read").isEqualTo(before);
        }
        assertThat(page.positions()).isSorted().doesNotHaveDuplicates();
        assertThat(node.metrics().snapshot()).containsEntry("subscription_restarts", 0L).containsEntry("subscription_up", 1L);
        assertThat(from.commands().pubsubShardChannels()).doesNotContain(node.keys().channel("alice"));
    }

    /**
     * All keys have gone over, the slot has not: Redis already runs scripts, and announces, where the keys are. Pages learn there that a login has
     * ended, and get what is kept there at the latest when the slot has moved.
     */
    @Test
    void whatIsAnnouncedWhileASlotIsHeldHalfMovedIsHeard() {
        int slot = SlotHash.getSlot("alice");
        String neighbour = IntStream.range(0, 1_000_000).mapToObj(i -> "user " + i).filter(user -> SlotHash.getSlot(user) == slot).findFirst().orElseThrow();
        TestPage page = loggedIn("alice");
        TestPage other = loggedIn(neighbour);
        publish(neighbour);
        await().atMost(SOON).until(() -> other.positions().size() == 1);
        Member from = cluster.masterOf(slot);
        Member to = cluster.members().subList(0, 3).stream().filter(member -> member != from).findFirst().orElseThrow();
        cluster.beginMove(slot, from, to);
        while (cluster.moveKeys(slot, from, to, 100) > 0) {
            continue;
        }
        await().atMost(SOON).until(() -> to.commands().pubsubShardChannels().contains(node.keys().channel("alice")));
        assertThat(publish(neighbour)).as("kept").isTrue();
        node.inbox().announceLoginEnded("alice", "login of alice").join();
        await().atMost(SOON).until(() -> page.closeCode() == 4401);
        assertThat(cluster.masterOf(slot)).isEqualTo(from);
        cluster.endMove(slot, from, to);
        await().atMost(SOON).until(() -> other.positions().size() == 2);
    }

    /** Their inbox and marks lie together, here or there; that no key of expiries and no membership is there must not hold them up. */
    @Test
    void whoLogsInWhileASlotIsHeldHalfMovedIsAnswered() {
        int slot = SlotHash.getSlot("alice");
        loggedIn("alice").leave();
        publish("alice");
        Member from = cluster.masterOf(slot);
        Member to = cluster.members().subList(0, 3).stream().filter(member -> member != from).findFirst().orElseThrow();
        cluster.beginMove(slot, from, to);
        TestPage here = loggedIn("alice", Duration.ofSeconds(5));
        await().atMost(SOON).until(() -> here.positions().size() == 1);
        here.leave();
        publish("alice");
        while (cluster.moveKeys(slot, from, to, 100) > 0) {
            continue;
        }
        TestPage there = loggedIn("alice", Duration.ofSeconds(5));
        await().atMost(SOON).until(() -> there.positions().size() == 1);
        assertThat(publish("alice")).as("kept").isTrue();
        assertThat(node.inbox().page("alice", null, 10).join().messages()).hasSize(3);
        assertThat(node.inbox().markRead("alice", there.positions().get(0), "-").join().unread()).isEqualTo(1);
        assertThat(cluster.masterOf(slot)).isEqualTo(from);
        cluster.endMove(slot, from, to);
        await().atMost(SOON).until(() -> there.positions().size() == 2);
    }

    @Test
    void whenAReplicaTakesOverTheSubscriptionGoesThere() {
        int slot = SlotHash.getSlot("alice");
        Member master = cluster.masterOf(slot);
        TestPage page = loggedIn("alice");
        String unharmed = elsewhere(master);
        TestPage other = loggedIn(unharmed);
        publish("alice");
        await().atMost(SOON).until(() -> page.positions().size() == 1);
        master.commands().waitForReplication(1, 5_000);
        master.kill();
        await().atMost(SOON).until(() -> publish("alice"));
        await().atMost(SOON).until(() -> page.positions().size() >= 2);
        await().atMost(SOON).until(() -> node.pubSub().hears() && node.pubSub().deafShards().isEmpty());

        long before = replayed();
        int had = page.positions().size();
        publish("alice");
        await().atMost(SOON).until(() -> page.positions().size() == had + 1);
        assertThat(replayed()).as("heard, not read").isEqualTo(before);
        publish(unharmed);
        await().atMost(SOON).until(() -> other.positions().size() == 1);
        assertThat(other.frames().stream().filter(frame -> frame.contains("\"login\""))).as("nothing was replayed to those of other shards").hasSize(1);
    }

    @Test
    void oneDeafShardIsNamedAndNobodyElseNoticesIt() {
        int slot = SlotHash.getSlot("alice");
        Member master = cluster.masterOf(slot);
        // why all: a test before may have changed who is a replica
        cluster.members().forEach(member -> member.commands().configSet("cluster-replica-no-failover", "yes"));
        String served = elsewhere(master);
        TestPage page = loggedIn(served);
        long restarts = node.metrics().snapshot().get("subscription_restarts");
        master.freeze(true);
        try {
            // why all of it at once: on a busy machine another shard's probe may be late as well for a moment
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(node.pubSub().deafShards()).containsExactly("127.0.0.1:" + master.port());
                assertThat(node.metrics().snapshot()).containsEntry("subscription_shards_deaf", 1L).containsEntry("subscription_up", 0L);
                assertThat(node.pubSub().hears()).isFalse();
            });
            // another node would hear no more. Why waited for: the shared channel may have been heard through that master
            await().atMost(SOON).until(node.pubSub()::hearsAsOthers);
            // why again if one is not: of three masters the two that are left must see each other within two seconds, or they take no writes. What
            // waits for the frozen one waits longer each time
            AtomicInteger kept = new AtomicInteger();
            await().atMost(SOON).until(() -> publish(served) && isShownSoon(page, kept.incrementAndGet()));
        } finally {
            master.freeze(false);
        }
        await().atMost(SOON).until(node.pubSub()::hears);
        TestPage back = loggedIn("alice");
        publish("alice");
        await().atMost(SOON).until(() -> back.positions().size() == 1);
        assertThat(node.metrics().snapshot().get("subscription_restarts")).isGreaterThan(restarts);
    }

    private long replayed() {
        return node.metrics().snapshot().get("replayed");
    }

    /** A user whose slot another master has. */
    private String elsewhere(Member master) {
        return IntStream.range(0, 100).mapToObj(i -> "user " + i).filter(user -> cluster.masterOf(SlotHash.getSlot(user)) != master).findFirst().orElseThrow();
    }

    private TestPage loggedIn(String user) {
        return loggedIn(user, SOON);
    }

    private TestPage loggedIn(String user, Duration most) {
        TestPage page = node.open(user).login(null);
        await().atMost(most).until(() -> page.from() != null);
        return page;
    }

    /** Whether within two seconds the page shows so many messages. */
    private static boolean isShownSoon(TestPage page, int messages) {
        try {
            await().atMost(Duration.ofSeconds(2)).until(() -> page.positions().size() >= messages);
            return true;
        } catch (ConditionTimeoutException late) {
            return false;
        }
    }

    private boolean publish(String user) {
        CompletableFuture<List<Inbox.Published>> kept = node.inbox().publish(user, List.of(new Draft(new Message("notice", user, "1", null, 0), null)));
        return kept.handle((published, failure) -> failure == null).join();
    }

    private static int calls(Member member, String command) {
        return number(member.commands().info("commandstats"), "cmdstat_" + command + ":calls=");
    }

    private static int sent(Member member, String type) {
        return number(member.commands().clusterInfo(), "cluster_stats_messages_" + type + "_sent:");
    }

    private static int number(String text, String before) {
        return text.lines().filter(line -> line.startsWith(before)).map(line -> line.substring(before.length()).split("[^0-9]")[0]).mapToInt(Integer::parseInt).findFirst().orElse(0);
    }
}
