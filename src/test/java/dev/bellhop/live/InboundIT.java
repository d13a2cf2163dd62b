package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.LogLines;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisServer;
import dev.bellhop.publish.InboundMessage;
import dev.bellhop.stats.Queues;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What pages send to the application, on a real Redis. */
class InboundIT {
    private static final String FAST = "bellhop.connection.rate=100000";

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final List<InboundMessage> observed = new CopyOnWriteArrayList<>();

    @BeforeEach
    void forgetScripts() {
        redis.commands().scriptFlush();
    }

    private TestNode node(String... settings) {
        TestNode node = TestNode.start(redis, settings).awaitRedis();
        node.observe(observed::add);
        return node;
    }

    private static TestPage loggedIn(TestNode node, String user) {
        TestPage page = node.open(user).login(null);
        await().until(() -> page.from() != null);
        return page;
    }

    private static String frame(Object data) {
        return message("chat", MessageText.data(data));
    }

    private static List<StreamMessage<String, String>> entries() {
        return redis.commands().xrange(RedisServer.CONSUMER_STREAM, Range.unbounded());
    }

    private static List<String> data(String user) {
        return entries().stream().map(StreamMessage::getBody).filter(entry -> entry.get("from_user_id").equals(user)).map(entry -> entry.get("data")).toList();
    }

    private static long errors(TestPage page, String code) {
        return page.frames().stream().filter(frame -> frame.contains("\"code\":\"" + code + "\"")).count();
    }

    /** A page chooses what it sends: an observer that throws at it must not fill the log. */
    @Test
    void anObserverThatThrowsIsCountedAndLoggedOnceAMinute() {
        TestNode node = node(FAST).withPages();
        node.observe(message -> {
            observed.add(message);
            throw new IllegalStateException("on purpose");
        });
        TestPage page = loggedIn(node, "u");
        try (LogLines lines = LogLines.open()) {
            IntStream.range(0, 50).forEach(i -> page.send(frame(i)));
            await().until(() -> observed.size() == 50);
            await().until(() -> node.metrics().snapshot().get("observer_failures") == 50);
            assertThat(lines.all()).singleElement().asString().contains("An observer of inbound messages failed", "on purpose", "bellhop_observer_failures_total");
        }
        assertThat(page.frames()).as("the page has nothing to do with it").noneMatch(frame -> frame.contains("error"));
    }

    @Test
    void whatTheStreamRefusesNoObserverSeesAndThePageIsTold() {
        TestNode node = node().withPages();
        TestPage page = loggedIn(node, "u");
        redis.commands().set(RedisServer.CONSUMER_STREAM, "no stream");
        page.send(frame(1));
        await().until(() -> errors(page, "unavailable") == 1);
        redis.commands().del(RedisServer.CONSUMER_STREAM);
        page.send(frame(2));

        await().until(() -> !observed.isEmpty());
        assertThat(observed).containsExactly(new InboundMessage("u", "chat", "2"));
        assertThat(entries()).singleElement().satisfies(entry -> {
            assertThat(entry.getBody()).containsOnlyKeys("msg_type", "from_user_id", "data", "at", "node")
                    .containsEntry("msg_type", "chat").containsEntry("from_user_id", "u").containsEntry("data", "2").containsEntry("node", node.name());
            assertThat(Double.parseDouble(entry.getBody().get("at")) / 1000).isBetween(redis.time() - 60, redis.time());
        });
    }

    @Test
    void nothingIsHandedOverBeforeTheLoginHasBeenAnswered() {
        TestNode node = node(); // hears no announcements yet: logins wait
        TestPage page = node.open("u");
        page.send(frame(0));
        await().until(() -> errors(page, "login_required") == 1);
        page.login(null);
        page.send(frame(1));
        page.send(frame(2));
        TestPage other = node.open("other"); // as a measure: what was to come would have come
        other.login(null);
        node.registry().subscribed("other");
        await().until(() -> other.from() != null);
        other.send(frame(3));
        await().until(() -> observed.size() == 1);
        assertThat(data("u")).isEmpty();

        node.registry().subscribed("u");
        await().until(() -> observed.size() == 3);
        assertThat(data("u")).containsExactly("1", "2");
    }

    @Test
    void aLoginThatHasEndedHandsOverNothing() {
        TestNode node = node().withPages();
        node.inbox().announceLoginEnded("u", "login of u").join();
        TestPage page = node.open("u").login(null);
        page.send(frame(1));
        await().until(() -> page.closeCode() == 4401);
        TestPage other = loggedIn(node, "other");
        other.send(frame(2));
        await().until(() -> !observed.isEmpty());
        assertThat(observed).containsExactly(new InboundMessage("other", "chat", "2"));
        assertThat(entries()).hasSize(1);
    }

    @Test
    void eachPagesOrderIsThatOfTheStreamAndOfTheObserversAndTheseHaveThreadsOfTheirOwn() {
        TestNode node = node(FAST).withPages();
        List<String> threads = new CopyOnWriteArrayList<>();
        node.observe(message -> {
            threads.add(Thread.currentThread().getName());
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(500_000));
            observed.add(message);
        });
        List<TestPage> pages = IntStream.range(0, 5).mapToObj(i -> loggedIn(node, "user" + i)).toList();
        for (int i = 0; i < 90; i++) {
            for (TestPage page : pages) {
                page.send(frame(i));
            }
            if (i == 40) {
                redis.commands().scriptFlush();
            }
        }
        await().until(() -> observed.size() == 450);
        List<String> inOrder = IntStream.range(0, 90).mapToObj(Integer::toString).toList();
        for (int i = 0; i < 5; i++) {
            String user = "user" + i;
            assertThat(data(user)).isEqualTo(inOrder);
            assertThat(observed.stream().filter(message -> message.userId().equals(user)).map(InboundMessage::data)).isEqualTo(inOrder);
        }
        assertThat(threads).allMatch(name -> name.startsWith("bellhop-observers-"));
    }

    @Test
    void anObserverThatWaitsHoldsUpItsOwnPageAloneAndThatIsToldWhenItIsTooMuch() throws Exception {
        TestNode node = node(FAST).withPages();
        CountDownLatch goOn = new CountDownLatch(1);
        node.observe(message -> {
            observed.add(message);
            try {
                assertThat(!message.userId().equals("slow") || goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        TestPage slow = loggedIn(node, "slow");
        TestPage quick = loggedIn(node, "quick");
        for (int i = 0; i < 2 * Pending.MOST; i++) {
            slow.send(frame(i));
        }
        await().until(() -> errors(slow, "rate_limited") == Pending.MOST);
        slow.send("{\"msg_type\":\"read\",\"data\":{\"id\":\"" + slow.from() + "\"}}");
        quick.send(frame("\"quick\""));
        await().until(() -> observed.stream().anyMatch(message -> message.userId().equals("quick")));
        goOn.countDown();
        await().until(() -> data("slow").size() == Pending.MOST);
    }

    @Test
    void theStreamIsBoundedByBytesAndKeepsTheNewest() {
        String[] settings = {FAST, "bellhop.consumer-stream.max-bytes=1048576", "bellhop.connection.max-message-size=16384", "bellhop.user.rate-bytes=100000000"};
        TestNode node = node(settings).withPages();
        TestPage page = loggedIn(node, "u");
        long most = 0;
        for (int i = 0; i < 1_500; i++) {
            page.send(frame("\"" + i + "x".repeat(i % 3 == 0 ? 10 : 8_000) + "\""));
            int sent = i + 1;
            if (i % 50 == 49) {
                await().until(() -> observed.size() == sent);
                most = Math.max(most, redis.commands().memoryUsage(RedisServer.CONSUMER_STREAM));
            }
        }
        assertThat(data("u").stream().mapToInt(String::length).sum()).isBetween(900_000, 1_048_576);
        assertThat(most).as("what Redis takes for it").isLessThan(2 << 20);
        List<String> newest = observed.stream().map(InboundMessage::data).toList();
        assertThat(data("u")).isEqualTo(newest.subList(1_500 - data("u").size(), 1_500));
        assertThat(redis.commands().hlen(node.keys().consumerBytes())).isLessThan(80);
    }

    /** A consumer that deletes what it has done leaves an entry that it cannot do: it stays, whatever else goes through the stream. */
    @Test
    void whatIsLeftOfAStreamThatIsReadIsNotLostForWhatWasRead() {
        TestNode node = node(FAST, "bellhop.consumer-stream.max-bytes=1048576", "bellhop.connection.max-message-size=16384", "bellhop.user.rate-bytes=100000000").withPages();
        TestPage page = loggedIn(node, "u");
        page.send(frame("\"hard to do\""));
        await().until(() -> observed.size() == 1);
        for (int i = 0; i < 500; i++) {
            page.send(frame("\"" + "x".repeat(8_000) + "\""));
            if (i % 50 == 49) {
                int sent = i + 2;
                await().until(() -> observed.size() == sent);
                redis.commands().xdel(RedisServer.CONSUMER_STREAM, entries().stream().skip(1).map(StreamMessage::getId).toArray(String[]::new));
            }
        }
        assertThat(data("u")).containsExactly("\"hard to do\"");
    }

    @Test
    void oneUserSendsSoManyBytesASecondAndNoMoreOverAllPages() {
        TestNode node = node(FAST, "bellhop.user.rate-bytes=10000", "bellhop.connection.max-message-size=10000").withPages();
        List<TestPage> pages = List.of(loggedIn(node, "greedy"), loggedIn(node, "greedy"));
        for (int i = 0; i < 40; i++) {
            pages.get(i % 2).send(frame("\"" + "x".repeat(5_000) + "\""));
        }
        await().until(() -> data("greedy").size() + pages.stream().mapToLong(page -> errors(page, "rate_limited")).sum() == 40);
        int taken = data("greedy").size();
        assertThat(taken).isBetween(7, 20);

        TestPage modest = loggedIn(node, "modest");
        modest.send(frame(1));
        await().until(() -> data("modest").size() == 1);
        await().until(() -> {
            pages.get(0).send(frame("\"" + "x".repeat(1_000) + "\""));
            return data("greedy").size() > taken;
        });
    }

    @Test
    void withoutTheStreamOnlyObserversAreTold() throws Exception {
        TestNode node = node("bellhop.consumer-stream=off").withPages();
        TestPage page = loggedIn(node, "u");
        page.send(frame(1));
        await().until(() -> observed.size() == 1);
        assertThat(redis.commands().keys("*off*")).isEmpty();
        assertThat(entries()).isEmpty();
        assertThat(new Queues(node.redis(), node.keys(), node.partitions(), node.settings()).depths().get(5, TimeUnit.SECONDS).consumer()).isZero();
        node.observe(null);
        page.send(frame(2));
        await("there is nobody whom to tell").until(() -> errors(page, "bad_message") == 1);
    }
}
