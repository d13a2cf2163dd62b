package dev.bellhop.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Node;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Asking the nodes; their answers are the test's. */
class RollCallIT {

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final TestNode node = TestNode.start(redis).awaitRedis();
    private final RollCall rollCall = new RollCall(node.redis(), node.keys(), new Presence(node.redis(), node.keys(), new Node()));

    private void holds(String name) {
        redis.commands().hset(node.keys().connections("ann"), name, (System.currentTimeMillis() + 60_000) + " 1");
        redis.commands().hset(node.keys().nodes(), name, (System.currentTimeMillis() + 60_000) + " {}");
    }

    private RollCall.Answers ask(Function<String, CompletableFuture<Long>> announce) throws Exception {
        return rollCall.call("ann", announce).get(5, TimeUnit.SECONDS);
    }

    /** As the node would, after a while. */
    private void answer(String question, String name, String connections, int millis) {
        node.redis().later(() -> rollCall.answer("ann", question, new RollCall.Answer(name, connections)), millis);
    }

    @Test
    void aNodeThatHoldsNoneAnyMoreDoesNotHideTheOneThatDoes() throws Exception {
        holds("b");
        RollCall.Answers said = ask(question -> {
            answer(question, "a", "[]", 0);
            answer(question, "b", "[{}]", 150);
            return CompletableFuture.completedFuture(0L); // as in a cluster, where Redis may not know
        });
        assertThat(said.answers()).containsExactly(new RollCall.Answer("a", "[]"), new RollCall.Answer("b", "[{}]"));
        assertThat(said.silent()).isEmpty();
    }

    @Test
    void aConnectionThatPresenceDoesNotKnowYetIsWaitedFor() throws Exception {
        RollCall.Answers said = ask(question -> {
            answer(question, "a", "[{}]", 150);
            return CompletableFuture.completedFuture(1L);
        });
        assertThat(said.answers()).containsExactly(new RollCall.Answer("a", "[{}]"));
    }

    @Test
    void whoDoesNotAnswerIsNamedAndNotWaitedForLong() throws Exception {
        holds("a");
        holds("b");
        long start = System.nanoTime();
        RollCall.Answers said = ask(question -> {
            answer(question, "a", "[]", 0);
            return CompletableFuture.completedFuture(2L);
        });
        assertThat(System.nanoTime() - start).isBetween(RollCall.PATIENCE.toNanos(), 10 * RollCall.PATIENCE.toNanos());
        assertThat(said.silent()).containsExactly("b");
    }

    @Test
    void withNobodyToAnswerThereIsNoWaitAndAnswersDoNotStay() throws Exception {
        long start = System.nanoTime();
        assertThat(ask(question -> CompletableFuture.completedFuture(0L)).answers()).isEmpty();
        assertThat(System.nanoTime() - start).isLessThan(RollCall.PATIENCE.toNanos());
        rollCall.answer("ann", "7f", new RollCall.Answer("a", "[]")).get(5, TimeUnit.SECONDS);
        assertThat(redis.commands().pttl(node.keys().answers("ann", "7f"))).isBetween(1L, 5_000L);
    }
}
