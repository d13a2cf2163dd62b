package dev.bellhop.schedule;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From the zset into the ingest stream, on a real Redis. */
class PromotionIT {
    private static final int USERS = 20;

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final List<TestNode> nodes = new ArrayList<>();

    @Test
    void fourNodesRaceAndEachMessageIsDeliveredOnceThoughOneOfThemDies() {
        int count = 20_000;
        for (int i = 0; i < 4; i++) {
            node().withIngest().withPromotion();
        }
        TestNode dies = nodes.get(0);
        dueNow(count);
        nodes.forEach(node -> node.promotion().run()); // all at once, however the ticks fall
        await().pollInterval(Duration.ofMillis(1)).until(() -> left() < count * 9 / 10);
        CompletableFuture<Void> death = CompletableFuture.runAsync(dies::kill); // from its first moment on it calls Redis no more
        await().pollInterval(Duration.ofMillis(1)).until(() -> !dies.redis().isConnected());
        assertThat(left()).as("died on the way").isPositive();

        TestNode other = nodes.get(1);
        await().atMost(Duration.ofSeconds(30)).until(() -> left() == 0 && redis.commands().xlen(RedisServer.STREAM) == 0);
        death.join();
        Map<String, Integer> times = new HashMap<>();
        for (int user = 0; user < USERS; user++) {
            other.inbox().page("user" + user, null, count).join().messages().forEach(message -> times.merge(message.frameTail(), 1, Integer::sum));
        }
        assertThat(times).hasSize(count);
        assertThat(times.values()).containsOnly(1);
        assertThat(nodes.stream().skip(1).filter(node -> node.metrics().snapshot().get("promoted") > 0)).as("it was a race").hasSizeGreaterThan(1);
    }

    @Test
    void aServerWhoseTimersDoNotComeHoldsUpNothing() {
        node().promotion().start();
        dueNow(10);
        await().until(() -> left() == 0);
    }

    @Test
    void nothingIsPromotedEarlyAndAllInTime() {
        node().withPromotion();
        node().withPromotion();
        double now = redis.time();
        for (int i = 0; i < 60; i++) {
            redis.schedule(now + 0.3 + i * 0.05, message("user0", i));
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> redis.commands().xlen(RedisServer.STREAM) == 60);

        List<Integer> order = new ArrayList<>();
        redis.commands().xrange(RedisServer.STREAM, Range.unbounded()).forEach(entry -> {
            int i = Integer.parseInt(entry.getBody().get("message").replaceAll(".*\"data\":(\\d+)}", "$1"));
            order.add(i);
            double due = now + 0.3 + i * 0.05;
            double promoted = Long.parseLong(entry.getId().substring(0, entry.getId().indexOf('-'))) / 1000.0;
            assertThat(promoted).as("message %s", i).isBetween(due - 0.001, due + 3); // within a second, but for a pause of a busy machine
        });
        assertThat(order).isSorted();
    }

    @Test
    void aKnownDueTimeIsHitBetweenTwoTicks() {
        TestNode node = node();
        double due = redis.time() + 0.3;
        redis.schedule(due, message("user0", 1));
        node.promotion().run(); // the only tick

        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(5)).until(() -> redis.commands().xlen(RedisServer.STREAM) == 1);
        assertThat(redis.time()).isBetween(due, due + 3);
    }

    @Test
    void aTickAimsAtTheNextDueTimeAfterTheOneBefore() {
        TestNode node = node();
        double now = redis.time();
        for (int i = 1; i <= 5; i++) {
            redis.schedule(now + i * 0.15, message("user0", i));
        }
        node.promotion().run();

        await().atMost(Duration.ofSeconds(5)).until(() -> redis.commands().xlen(RedisServer.STREAM) == 5);
    }

    @Test
    void dueMessagesGoInTheOrderOfTheirTimes() {
        TestNode node = node();
        double now = redis.time();
        for (int i = 0; i < 350; i++) {
            redis.schedule(now - 1_000 + (i * 37) % 350, message("user0", (i * 37) % 350));
        }
        node.promotion().run();

        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 350);
        assertThat(redis.commands().xrange(RedisServer.STREAM, Range.unbounded())).extracting(entry -> entry.getBody().get("message"))
                .isEqualTo(IntStream.range(0, 350).mapToObj(i -> message("user0", i)).toList());
    }

    @Test
    void whatIsDueMuchLaterStays() {
        TestNode node = node();
        redis.commands().zadd(node.keys().scheduled(), 4e9, message("user0", 1));
        redis.commands().zadd(node.keys().scheduled(), Double.POSITIVE_INFINITY, message("user0", 2));
        redis.commands().zadd(node.keys().scheduled(), Double.NEGATIVE_INFINITY, message("user0", 3));
        redis.commands().zadd(node.keys().scheduled(), -1, message("user0", 4));
        node.promotion().run();

        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 2);
        assertThat(redis.commands().zrange(node.keys().scheduled(), 0, -1)).containsExactly(message("user0", 1), message("user0", 2));
    }

    @Test
    void aMemberThatIsNoMessageIsRejectedAndTheRestGoesOn() {
        TestNode node = node().withIngest().withPromotion();
        redis.schedule(1, "");
        redis.schedule(2, "no message");
        redis.schedule(3, message("user0", 3));

        await().until(() -> node.inbox().page("user0", null, 10).join().messages().size() == 1);
        assertThat(redis.commands().llen(RedisServer.REJECTED)).isEqualTo(2);
    }

    @Test
    void aKeyOfTheWrongTypeDoesNotEndPromotion() {
        TestNode node = node();
        redis.commands().set(node.keys().scheduled(), "mine");
        node.promotion().run();
        redis.commands().del(node.keys().scheduled());
        redis.schedule(1, message("user0", 1));

        await().until(() -> {
            node.promotion().run();
            return redis.commands().xlen(RedisServer.STREAM) == 1;
        });
    }

    @Test
    void aStoppedNodePromotesNothing() {
        TestNode node = node();
        redis.schedule(redis.time() + 0.2, message("user0", 1));
        node.promotion().run();
        await().until(() -> node.metrics().snapshot().get("redis_in_flight") == 0);
        node.promotion().stop();
        node.promotion().run();

        await().pollDelay(400, TimeUnit.MILLISECONDS).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
    }

    private TestNode node() {
        TestNode node = TestNode.start(redis, "bellhop.inbox.max-messages=100000");
        nodes.add(node);
        return node.awaitRedis();
    }

    private static long left() {
        return redis.commands().zcard(RedisServer.SCHEDULED);
    }

    private static String message(String user, int data) {
        return MessageText.message("notice", to(user), data(data));
    }

    private static void dueNow(int count) {
        for (int first = 0; first < count; first += 5_000) {
            redis.commands().eval("for i = tonumber(ARGV[1]), ARGV[1] + 4999 do redis.call('ZADD', KEYS[1], i,"
                    + " string.format('{\"msg_type\":\"notice\",\"to_user_id\":\"user%d\",\"data\":%d}', i % " + USERS + ", i)) end",
                    ScriptOutputType.STATUS, new String[] {RedisServer.SCHEDULED}, Integer.toString(first));
        }
    }
}
