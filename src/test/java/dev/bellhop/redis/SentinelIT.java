package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisSentinel;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node behind Sentinels finds the master anew, whichever way it changes. */
class SentinelIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void whoeverIsTheMasterItIsUsed() {
        try (RedisSentinel redis = RedisSentinel.create(); TestNode node = TestNode.start(redis.uri()).awaitRedis().withPages()) {
            TestPage page = node.open("u").login(null);
            await().atMost(SOON).until(() -> page.from() != null);
            publish(node, "a");
            await().atMost(SOON).until(() -> page.positions().size() == 1);

            RedisSentinel.Member first = redis.master();
            redis.failover();
            await().atMost(SOON).ignoreExceptions().until(() -> redis.master() != first); // the old one closes connections
            redis.awaitWhole();
            await().atMost(SOON).until(() -> publish(node, "b"));
            await().atMost(SOON).until(() -> page.positions().size() == 2);

            RedisSentinel.Member second = await().atMost(SOON).ignoreExceptions().until(redis::master, java.util.Objects::nonNull);
            second.commands().waitForReplication(2, 5_000);
            second.kill();
            await().atMost(SOON).until(() -> publish(node, "c"));
            await().atMost(SOON).until(() -> page.positions().size() == 3);
            second.start(); // takes itself for the master, for a moment
            redis.awaitWhole();
            await().atMost(SOON).until(node.pubSub()::hears);
            publish(node, "d");
            await().atMost(SOON).until(() -> page.positions().size() == 4);
            assertThat(page.closeCode()).isZero();
            assertThat(redis.commands().xlen(node.keys().inbox("u"))).isEqualTo(4);
        }
    }

    /** A call that fails leaves it in doubt whether the message is kept, so it is repeated with its id. */
    private static boolean publish(TestNode node, String id) {
        return node.inbox().publish("u", List.of(new Draft(new Message("notice", "u", "1", id, 0), null))).handle((published, failure) -> failure == null).join();
    }
}
