package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that starts while one master of the cluster is away: the users of the others do not wait for it, and its own are served once it is back. */
class MasterAwayIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final RedisCluster cluster = RedisCluster.create(3, 0);

    @Test
    void aNodeStartsWithoutAMasterThatHasEnded() throws Exception {
        RedisCluster.Member away = cluster.members().get(0); // also the first address that the node is told
        away.kill();
        awaitNoticed(away);
        startsWithout(away, () -> {
            away.start();
            cluster.awaitWhole();
        });
    }

    @Test
    void aNodeStartsWithoutAMasterThatDoesNotAnswer() throws Exception {
        RedisCluster.Member away = cluster.masterOf(SlotHash.getSlot("somebody"));
        away.freeze(true);
        try {
            awaitNoticed(away);
            startsWithout(away, () -> {
                away.freeze(false);
                cluster.awaitWhole();
            });
        } finally {
            away.freeze(false);
        }
    }

    private static void awaitNoticed(RedisCluster.Member away) {
        await().atMost(SOON).until(() -> cluster.members().stream().filter(member -> member != away)
                .allMatch(member -> member.commands().clusterNodes().lines().anyMatch(line -> line.contains(":" + away.port() + "@") && line.contains("fail") && !line.contains("fail?"))));
    }

    private static void startsWithout(RedisCluster.Member away, Runnable comeBack) throws Exception {
        int lost = cluster.members().indexOf(away);
        String served = user(lost == 1 ? 2 : 1);
        String waits = user(lost);
        try (TestNode node = TestNode.start(cluster)) {
            await().atMost(SOON).until(node.redis()::isConnected);
            node.withPages();
            TestPage page = node.open(served).login(null);
            await().atMost(SOON).until(() -> page.from() != null);
            publish(node, served);
            await().atMost(SOON).until(() -> page.positions().size() == 1);
            assertThatThrownBy(() -> publish(node, waits)).as("not kept, and the caller is told").isInstanceOf(java.util.concurrent.ExecutionException.class);

            comeBack.run();
            TestPage back = node.open(waits).login(null);
            await().atMost(SOON).until(() -> back.from() != null);
            publish(node, waits);
            await().atMost(SOON).until(() -> back.positions().size() == 1);
            assertThat(page.closeCode()).isZero();
        }
    }

    private static void publish(TestNode node, String user) throws Exception {
        node.inbox().publish(user, List.of(new Draft(new Message("notice", user, "1", null, 0), null))).get(20, TimeUnit.SECONDS);
    }

    /** A user whose slot this member has from the beginning. */
    private static String user(int member) {
        return IntStream.range(0, 1_000).mapToObj(i -> "user " + i + " " + System.nanoTime())
                .filter(user -> SlotHash.getSlot(user) * 3 / SlotHash.SLOT_COUNT == member).findFirst().orElseThrow();
    }
}
