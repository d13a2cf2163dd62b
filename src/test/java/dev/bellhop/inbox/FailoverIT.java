package dev.bellhop.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Positions, when one Redis takes over from another and back. Neither is ever restarted, so each keeps its run id. */
class FailoverIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final RedisServer a = RedisServer.create();
    @RegisterExtension
    static final RedisServer b = RedisServer.create();
    private static final TestNode atA = TestNode.start(a).awaitRedis();
    private static final TestNode atB = TestNode.start(b).awaitRedis();

    @BeforeAll
    static void copyAtOnce() {
        for (RedisServer each : List.of(a, b)) {
            each.commands().configSet("repl-diskless-sync-delay", "0");
        }
    }

    @Test
    void noPositionIsGivenTwiceWhenARedisThatWasAheadTakesOverAgain() {
        List<Position> given = new ArrayList<>();
        replicate(b, a);
        given.add(publish(atA, "quiet"));
        given.add(publish(atA, "busy"));
        await().atMost(SOON).until(() -> b.commands().xlen(atB.keys().inbox("busy")) == 1);
        // the replica is cut off and takes over; what comes here from now on is lost
        b.commands().replicaofNoOne();
        given.add(publish(atA, "quiet"));
        given.add(publish(atA, "busy"));
        given.add(publish(atB, "busy"));
        replicate(a, b);
        await().atMost(SOON).until(() -> a.commands().xlen(atA.keys().inbox("quiet")) == 1);
        a.commands().replicaofNoOne();
        given.add(publish(atA, "quiet"));
        given.add(publish(atA, "busy"));

        assertThat(given).doesNotHaveDuplicates();
        assertThat(atA.inbox().resume("quiet", given.get(2), null, 10).join().recovered()).as("a page that has seen what is lost").isFalse();
    }

    private static void replicate(RedisServer replica, RedisServer master) {
        replica.commands().replicaof("127.0.0.1", master.port());
        await().atMost(SOON).until(() -> replica.commands().info("replication").contains("master_link_status:up"));
    }

    private static Position publish(TestNode node, String user) {
        // why: two users' inboxes that begin within one millisecond give the same positions, each to its own
        double now = a.time();
        await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> a.time() > now + 0.001);
        return node.inbox().publish(user, List.of(new Inbox.Draft(new Message("n", user, "1", null, 0), null))).join().get(0).position();
    }
}
