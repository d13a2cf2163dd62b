package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Thousands of pages on one node with a real Redis: what one event costs, and whom it holds up. */
class ManyPagesIT {
    private static final int USERS = 1_000;
    private static final int PAGES_EACH = 5;
    private static final Pattern EVALSHA = Pattern.compile("cmdstat_evalsha:calls=([0-9]+)");

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private TestNode node;
    private CountingInbox inbox;

    /** Counts the readings. */
    private static final class CountingInbox extends Inbox {
        private final Queue<Long> begunNanos = new ConcurrentLinkedQueue<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger mostUnderWay = new AtomicInteger();

        CountingInbox(TestNode node) {
            super(node.redis(), node.keys(), node.settings(), node.metrics());
        }

        @Override
        public CompletableFuture<Stretch> resume(String user, Position after, Position sent, int most) {
            return counted(() -> super.resume(user, after, sent, most));
        }

        @Override
        public CompletableFuture<LoggedIn> login(String user, Position after, Position sent, int most, List<String> logins) {
            return counted(() -> super.login(user, after, sent, most, logins));
        }

        private <T> CompletableFuture<T> counted(Supplier<CompletableFuture<T>> reading) {
            begunNanos.add(System.nanoTime());
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            // why first of all: so that this is done when the node hears of the end
            return reading.get().whenComplete((found, failure) -> underWay.decrementAndGet());
        }

        void forget() {
            begunNanos.clear();
            mostUnderWay.set(0);
        }
    }

    @BeforeEach
    void start() {
        node = TestNode.start(redis, own -> inbox = new CountingInbox(own)).awaitRedis().withPages();
    }

    @Test
    void aCutOfTheSubscriptionIsOneReadingForEachUserAndFewAtOnce() {
        List<TestPage> pages = new ArrayList<>();
        for (int i = 0; i < USERS * PAGES_EACH; i++) {
            pages.add(node.open("user " + i % USERS).login(null));
        }
        awaitLive(pages);
        assertThat(inbox.mostUnderWay.get()).isLessThanOrEqualTo(64);
        await().until(() -> redis.commands().keys("*:connections").size() == USERS); // who is here has been written
        inbox.forget();
        redis.commands().configResetstat();
        redis.commands().clientKill(KillArgs.Builder.typePubsub());
        await().atMost(Duration.ofSeconds(60)).until(() -> inbox.begunNanos.size() >= USERS);
        awaitLive(pages);

        assertThat(inbox.begunNanos.size()).as("readings").isBetween(USERS, USERS + USERS / 10);
        // who is here is written by a script, too: of each user once after the node has connected, and then every few minutes
        assertThat(scripts()).as("scripts run").isLessThan(USERS + USERS / 10 + USERS);
        assertThat(inbox.mostUnderWay.get()).as("at once").isBetween(2, 64);
        // why waited for: a page is live a moment before its reading counts as done
        await().untilAsserted(() -> assertThat(node.metrics().snapshot()).containsEntry("readings_under_way", 0L).containsEntry("readings_waiting", 0L));
        for (int i = 0; i < USERS; i++) {
            String user = "user " + i;
            inbox.publish(user, List.of(new Draft(new Message("notice", user, "1", null, 0), null)));
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> pages.stream().allMatch(page -> page.positions().size() == 1));
        assertThat(inbox.begunNanos.size()).as("readings").isLessThan(USERS + USERS / 10 + 1);
    }

    @Test
    void aReadingThatKeepsFailingIsTriedMoreAndMoreSeldom() {
        redis.commands().set(node.keys().inbox("broken"), "no inbox");
        TestPage page = node.open("broken").login(null);
        await().atMost(Duration.ofSeconds(30)).until(() -> inbox.begunNanos.size() == 5);
        Long[] begun = inbox.begunNanos.toArray(Long[]::new);

        assertThat(TimeUnit.NANOSECONDS.toMillis(begun[4] - begun[3])).as("twice as long each time: 150, 300, 600, 1200 ms at least")
                .isGreaterThanOrEqualTo(1_200);
        assertThat(node.metrics().snapshot().get("reading_failures")).isBetween(4L, 5L);
        redis.commands().del(node.keys().inbox("broken"));
        await().atMost(Duration.ofSeconds(30)).until(() -> page.from() != null);
    }

    private void awaitLive(List<TestPage> pages) {
        await().atMost(Duration.ofSeconds(60)).until(() -> pages.stream().map(TestPage::connection).allMatch(connection -> {
            synchronized (connection.feed()) {
                return connection.state == Connection.State.LIVE;
            }
        }));
    }

    private int scripts() {
        Matcher calls = EVALSHA.matcher(redis.commands().info("commandstats"));
        return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
    }
}
