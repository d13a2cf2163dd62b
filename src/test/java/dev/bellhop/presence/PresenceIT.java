package dev.bellhop.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Node;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nodes write down of themselves; who reads it is another node. */
class PresenceIT {
    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();
    private static final TestNode node = TestNode.start(redis).awaitRedis();

    private final Node one = new Node();
    private final Node two = new Node();
    private final Presence ofOne = new Presence(node.redis(), node.keys(), one);
    private final Presence ofTwo = new Presence(node.redis(), node.keys(), two);

    private static <T> T now(CompletableFuture<T> answer) throws Exception {
        return answer.get(5, TimeUnit.SECONDS);
    }

    private static String until(double seconds) {
        return Math.round((redis.time() + seconds) * 1000) + " ";
    }

    @Test
    void whatANodeWritesCountsForAWhileOfRedissTimeAndNoKeyOutlivesIt() throws Exception {
        now(ofOne.writeNode("{\"a\":1 2}"));
        now(ofTwo.writeNode("{}"));
        now(ofOne.write("ann", 3));
        now(ofTwo.write("ann", 1));
        assertThat(now(ofTwo.nodes())).containsEntry(one.name(), "{\"a\":1 2}").containsEntry(two.name(), "{}").hasSize(2);
        assertThat(now(ofTwo.of("ann"))).containsExactlyInAnyOrder(new Presence.Held(one.name(), 3), new Presence.Held(two.name(), 1));
        assertThat(redis.commands().pttl(node.keys().nodes())).isBetween(1L, Presence.LASTS.toMillis());
        assertThat(redis.commands().pttl(node.keys().connections("ann"))).isBetween(1L, Presence.HELD_LASTS.toMillis());

        now(ofOne.removeNode());
        now(ofTwo.removeNode());
        now(ofOne.write("ann", 0));
        now(ofTwo.write("ann", 0));
        assertThat(redis.commands().exists(node.keys().nodes(), node.keys().connections("ann"))).isZero();
    }

    @Test
    void whoHasNotWrittenForAMinuteIsForgottenWhoeverLooks() throws Exception {
        redis.commands().hset(node.keys().nodes(), "dead", until(-0.001) + "{}");
        redis.commands().hset(node.keys().nodes(), "alive", until(30) + "{}");
        redis.commands().hset(node.keys().nodes(), "nonsense", "{}");
        redis.commands().hset(node.keys().connections("ann"), "dead", until(-0.001) + "1");
        assertThat(now(ofOne.nodes())).containsOnlyKeys("alive");
        assertThat(redis.commands().hkeys(node.keys().nodes())).containsExactly("alive");
        now(ofOne.write("ann", 1));
        assertThat(redis.commands().hkeys(node.keys().connections("ann"))).containsExactly(one.name());
    }

    @Test
    void whatADeadNodeHeldCountsNoMore() throws Exception {
        now(ofOne.write("ann", 3));
        now(ofTwo.write("ann", 1));
        now(ofTwo.writeNode("{}"));
        assertThat(now(ofOne.of("ann"))).as("one has not reported").containsExactly(new Presence.Held(two.name(), 1));
        redis.commands().hset(node.keys().nodes(), two.name(), until(-0.001) + "{}");
        assertThat(now(ofOne.of("ann"))).isEmpty();
        now(ofOne.writeNode("{}"));
        assertThat(now(ofOne.of("ann"))).containsExactly(new Presence.Held(one.name(), 3));
    }
}
