package dev.bellhop.redis;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The connections to Redis while it comes and goes. */
class RedisIT {
    private static final Duration SOON = Duration.ofSeconds(15);

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    @Test
    void startsWithoutRedisAndWorksWhenItComes() {
        redis.kill();
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).withIngest()) {
            assertThat(node.redis().isConnected()).isFalse();
            assertThat(node.metrics().snapshot()).containsEntry("redis_up", 0L);
            redis.start();

            node.awaitRedis();
            assertThat(ping(node)).succeedsWithin(SOON);
            redis.add(message("n", to("u")));
            await().atMost(SOON).until(() -> node.inbox().page("u", null, 1).join().messages().size() == 1);
        }
    }

    @Test
    void refusesAtOnceWhileRedisIsAwayAndServesWhenItIsBack() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            redis.kill();
            await().until(() -> !node.redis().isConnected());
            long begin = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                assertThat(ping(node)).isCompletedExceptionally();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
            assertThatThrownBy(() -> ping(node).get()).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(RedisAwayException.class);

            redis.start();
            node.awaitRedis();
            assertThat(ping(node)).succeedsWithin(SOON);
        }
    }

    @Test
    void sendsNothingTwiceAfterACut() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            List<CompletableFuture<Long>> calls = new ArrayList<>();
            for (int cut = 0; cut < 10; cut++) {
                node.awaitRedis();
                for (int i = 0; i < 500; i++) {
                    calls.add(node.redis().call(commands -> commands.incr("count")));
                }
                CompletableFuture<Long> sent = calls.get(calls.size() - 500);
                await().pollInterval(1, TimeUnit.MILLISECONDS).until(sent::isDone); // else the cut may come before them all
                redis.commands().clientKill(KillArgs.Builder.skipme());
            }
            await().atMost(SOON).until(() -> calls.stream().allMatch(CompletableFuture::isDone));
            List<Long> answers = calls.stream().filter(call -> !call.isCompletedExceptionally()).map(CompletableFuture::join).toList();
            long count = Long.parseLong(redis.commands().get("count"));

            assertThat(answers).doesNotHaveDuplicates().allMatch(answer -> answer <= count);
            assertThat(count).isBetween((long) answers.size(), (long) calls.size());
            assertThat(node.metrics().snapshot()).containsEntry("redis_in_flight", 0L);
        }
    }

    @Test
    void whatIsUnderWayWhenRedisDiesFailsAndIsNotDoneLater() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            redis.commands().clientPause(60_000);
            List<CompletableFuture<Long>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(node.redis().call(commands -> commands.incr("dead")));
            }
            redis.kill();
            redis.start();

            await().atMost(SOON).until(() -> calls.stream().allMatch(CompletableFuture::isCompletedExceptionally));
            node.awaitRedis();
            assertThat(ping(node)).succeedsWithin(SOON);
            assertThat(redis.commands().get("dead")).isNull();
        }
    }

    @Test
    void anErrorOfRedisIsTheCallersAlone() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            redis.commands().set("text", "a");
            CompletableFuture<Long> bad = node.redis().call(commands -> commands.incr("text"));
            CompletableFuture<Long> good = node.redis().call(commands -> commands.incr("number"));
            CompletableFuture<Long> thrown = node.redis().call(commands -> {
                throw new IllegalArgumentException("the caller's fault");
            });

            assertThat(good).succeedsWithin(SOON).isEqualTo(1L);
            assertThat(bad).failsWithin(SOON);
            assertThat(thrown).failsWithin(SOON);
            assertThat(node.redis().isConnected()).isTrue();
            assertThat(node.metrics().snapshot()).containsEntry("redis_in_flight", 0L).containsEntry("redis_failures", 2L);
        }
    }

    @Test
    void aCommandThatWaitsHoldsUpNoOther() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            CompletableFuture<?> waiting = node.redis().waiting(Partition.NONE, commands -> commands.blpop(2, "nothing"));
            assertThat(ping(node)).succeedsWithin(Duration.ofSeconds(1));
            assertThat(waiting).isNotDone();
        }
    }

    @Test
    void subscribesAgainAfterEachCut() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis().withPages()) {
            TestPage page = node.open("u").login(null);
            await().until(() -> page.from() != null);
            for (int cut = 1; cut <= 5; cut++) {
                redis.commands().clientKill(KillArgs.Builder.typePubsub());
                int kept = cut;
                node.inbox().publish("u", List.of(new Draft(new Message("n", "u", null, null, 0), null))).join();
                await().atMost(SOON).until(() -> page.positions().size() == kept);
                await().atMost(SOON).until(() -> node.pubSub().hears() && redis.publish(message("n", to("*"))) == 1);
            }
            assertThat(node.metrics().snapshot().get("subscription_restarts")).isBetween(5L, 7L);
        }
    }

    @Test
    void noticesThatItsSubscriptionIsDeaf() throws IOException {
        try (Proxy proxy = new Proxy(redis.port()); TestNode node = TestNode.start(proxy.uri()).awaitRedis().withPages()) {
            TestPage page = node.open("u").login(null);
            await().until(() -> page.from() != null);
            proxy.deafen();
            node.inbox().publish("u", List.of(new Draft(new Message("n", "u", null, null, 0), null))).join();
            assertThat(page.positions()).isEmpty();

            await().atMost(SOON).until(() -> page.positions().size() == 1);
            await().atMost(SOON).until(node.pubSub()::hears);
            assertThat(node.metrics().snapshot()).containsEntry("subscription_restarts", 1L);
            assertThat(node.redis().isConnected()).isTrue();
        }
    }

    @Test
    void leavesNoThreadBehind() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis().withPages().withIngest().withPromotion();
        TestPage page = node.open("u").login(null);
        await().until(() -> page.from() != null);
        node.close();

        assertThat(page.closeCode()).isEqualTo(1001);
        await().untilAsserted(() -> assertThat(newThreads(before)).isEmpty());
    }

    @Test
    void leavesNoThreadBehindWhereRedisNeverCame() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        // why not the test's own Redis, killed: the test's own connection to it would start threads as well
        TestNode node = TestNode.start("redis://localhost:1").withIngest().withPromotion();
        await().pollDelay(300, TimeUnit.MILLISECONDS).until(() -> !node.redis().isConnected());
        node.close();

        await().untilAsserted(() -> assertThat(newThreads(before)).isEmpty());
    }

    @Test
    void aScriptIsSentInFullOnlyWhenRedisDoesNotKnowIt() {
        try (TestNode node = TestNode.start(redis.unrestrictedUri()).awaitRedis()) {
            redis.commands().scriptFlush();
            redis.commands().configResetstat();
            Script script = new Script(dev.bellhop.inbox.Inbox.class, "positions.lua", "common.lua", "delivered.lua");
            for (int i = 0; i < 5; i++) {
                assertThat(script.run(node.redis(), new String[] {"{k}inbox", "{k}marks"}, "1000", "1-" + i)).succeedsWithin(SOON);
            }

            assertThat(redis.commands().info("commandstats")).contains("cmdstat_evalsha:calls=5,", "cmdstat_eval:calls=1,");
        }
    }

    private static CompletableFuture<String> ping(TestNode node) {
        return node.redis().call(commands -> commands.ping());
    }

    private static List<String> newThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
                .filter(name -> !name.startsWith("awaitility")).collect(Collectors.toList());
    }
}
