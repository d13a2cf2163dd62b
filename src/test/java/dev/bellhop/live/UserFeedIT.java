package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The hand-over from replay to live, with all that may happen at once: on a real Redis, with two nodes, and pages that are
 * no more than a list of frames.
 */
class UserFeedIT {
    private static final int USERS = 5;
    private static final int PUBLISHERS = 3;
    private static final int VISITORS = 6;

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, ConcurrentLinkedQueue<Position>> kept = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<TestPage> gone = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<TestPage> staying = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger published = new AtomicInteger();
    private final String prefix = "user " + System.nanoTime() + '.';

    private TestNode one;
    private TestNode two;

    @BeforeEach
    void start() {
        String[] settings = {"bellhop.inbox.max-messages=1000000", "bellhop.user.max-connections=1000"};
        one = TestNode.start(redis, settings).awaitRedis().withPages();
        two = TestNode.start(redis, settings).awaitRedis().withPages();
    }

    @AfterEach
    void stop() {
        over.set(true);
        threads.shutdownNow();
    }

    @Test
    void nothingIsSkippedOrRepeatedWhilePagesComeAndGo() throws Exception {
        everythingAtOnce(3, () -> { });
    }

    @Test
    void nothingIsSkippedOrRepeatedWhileSubscriptionsAreCut() throws Exception {
        everythingAtOnce(5, () -> {
            redis.commands().clientKill(KillArgs.Builder.typePubsub());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(400));
        });
        assertThat(one.metrics().snapshot().get("subscription_restarts")).isGreaterThan(3);
    }

    @Test
    void nothingIsSkippedOrRepeatedWhileAllConnectionsToRedisAreCut() throws Exception {
        everythingAtOnce(5, () -> {
            redis.commands().clientKill(KillArgs.Builder.skipme());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
        });
    }

    /** Publishers and visitors for some seconds, with a disturbance over and over; then every page is held against what was kept. */
    private void everythingAtOnce(int seconds, Runnable disturbance) throws Exception {
        for (int user = 0; user < USERS; user++) {
            kept.put(prefix + user, new ConcurrentLinkedQueue<>());
        }
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            Random random = new Random(i);
            work.add(threads.submit(repeat(() -> publishSome(random))));
        }
        for (int i = 0; i < VISITORS; i++) {
            Random random = new Random(100 + i);
            work.add(threads.submit(repeat(() -> visit(random))));
        }
        Future<?> trouble = threads.submit(repeat(disturbance));
        await().pollDelay(seconds, TimeUnit.SECONDS).atMost(Duration.ofSeconds(seconds + 5)).until(() -> true);
        over.set(true);
        trouble.get();
        for (Future<?> one : work) {
            one.get(20, TimeUnit.SECONDS);
        }
        for (String user : kept.keySet()) {
            // after all trouble each page is to stand at the end
            await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(() -> publish(one, user));
        }
        staying.forEach(page -> await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            List<Position> sent = page.positions();
            assertThat(sent).isNotEmpty();
            assertThat(sent.get(sent.size() - 1)).isEqualTo(end(page));
        }));
        staying.forEach(UserFeedIT::holdAgainstItsBeginning);
        gone.forEach(UserFeedIT::holdAgainstItsBeginning);
        assertThat(gone).hasSizeGreaterThan(50);
        assertThat(published.get()).isGreaterThan(1_000);
    }

    private Callable<Void> repeat(Runnable task) {
        return () -> {
            while (!over.get()) {
                task.run();
            }
            return null;
        };
    }

    private void publishSome(Random random) {
        String user = prefix + random.nextInt(USERS);
        TestNode node = random.nextBoolean() ? one : two;
        List<Draft> drafts = new ArrayList<>();
        for (int i = random.nextInt(50) == 0 ? 150 : 1 + random.nextInt(3); i > 0; i--) {
            drafts.add(new Draft(new Message("notice", user, "\"some text\"", null, 0), null));
        }
        try {
            node.inbox().publish(user, drafts).join().forEach(one -> {
                kept.get(user).add(one.position());
                published.incrementAndGet();
            });
        } catch (RuntimeException cut) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(5_000)));
    }

    private void visit(Random random) {
        String user = prefix + random.nextInt(USERS);
        Position[] known = kept.get(user).toArray(Position[]::new);
        Position after = known.length == 0 || random.nextBoolean() ? null : known[known.length - 1 - random.nextInt(Math.min(known.length, 700))];
        TestPage page = (random.nextBoolean() ? one : two).open(user).login(after);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(60)));
        if (random.nextInt(30) == 0) {
            staying.add(page);
        } else {
            page.leave();
            gone.add(page);
        }
    }

    private Position end(TestPage page) {
        return one.inbox().page(page.connection().login().userId(), null, 0).join().end();
    }

    /** Each position after where it began, once and in order. */
    private static void holdAgainstItsBeginning(TestPage page) {
        List<Position> sent = page.positions();
        Position before = page.from();
        for (Position position : sent) {
            boolean first = before.equals(page.from());
            // a page that came before the first message, or with the first of another epoch, begins at 1
            assertThat(position.follows(before) || (first && position.offset() == 1 && before.equals(Position.START)))
                    .as("%s after %s, from %s on, of %s", position, before, page.from(), page.connection().id()).isTrue();
            before = position;
        }
    }

    private static Position publish(TestNode node, String user) {
        return node.inbox().publish(user, List.of(new Draft(new Message("notice", user, "1", null, 0), null))).join().get(0).position();
    }
}
