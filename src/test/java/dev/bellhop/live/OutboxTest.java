package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.Allocations;
import dev.bellhop.message.Utf8;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private final Queue<SendHandler> underWay = new ArrayDeque<>();
    private final Watcher owner = new Watcher();

    private static final class Watcher implements Outbox.Owner {
        private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
        private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger roomAgain = new AtomicInteger();

        @Override
        public void sent(Frame frame) {
            sent.add(frame.text());
        }

        @Override
        public void failed(Throwable cause) {
            failures.add(cause);
        }

        @Override
        public void roomAgain() {
            roomAgain.incrementAndGet();
        }
    }

    @Test
    void sendsOneAtATimeInOrder() {
        Outbox outbox = held(10, 1_000);
        add(outbox, "a", "b", "c");
        outbox.flush();
        outbox.flush();
        assertThat(sent).containsExactly("a");
        assertThat(outbox.messages()).isEqualTo(3);

        complete();
        assertThat(sent).containsExactly("a", "b");
        assertThat(owner.sent).containsExactly("a");
        complete();
        complete();
        assertThat(sent).containsExactly("a", "b", "c");
        assertThat(outbox.messages()).isZero();
        assertThat(underWay).isEmpty();

        add(outbox, "d");
        outbox.flush();
        assertThat(sent).endsWith("d");
    }

    @Test
    void aPageThatTakesAFrameNowAndThenFallsBehind() {
        Outbox outbox = held(10, 1_000);
        assertThat(outbox.behindNanos(0)).isZero();
        add(outbox, "a", "b", "c");
        outbox.flush();
        for (int seconds = 1; seconds <= 57; seconds++) {
            if (seconds % 29 == 0) {
                complete();
            }
            outbox.behindNanos(seconds(seconds));
        }
        assertThat(outbox.behindNanos(seconds(60))).isEqualTo(seconds(59));
        complete();
        complete();
        assertThat(outbox.behindNanos(seconds(61))).isZero();
    }

    @Test
    void aPageThatTakesWhatComesIsNeverBehindAndAnIdleOneNeither() {
        Outbox outbox = held(10, 1_000);
        add(outbox, "a");
        outbox.flush();
        for (int seconds = 0; seconds < 300; seconds++) {
            assertThat(outbox.behindNanos(seconds(seconds))).isLessThan(seconds(3));
            if (seconds % 2 == 0) {
                add(outbox, "next");
                complete();
            }
        }
        complete();
        for (int seconds = 300; seconds < 900; seconds++) {
            assertThat(outbox.behindNanos(seconds(seconds))).isZero();
        }
        add(outbox, "after the silence");
        assertThat(outbox.behindNanos(seconds(900))).isZero();
    }

    private static long seconds(long seconds) {
        return seconds * 1_000_000_000;
    }

    /** A frame to a page that takes it at once: what Bellhop itself asks for. The 24 bytes are those of this test's own proxy. */
    @Test
    void aFrameForAnIdlePageAllocatesNothing() {
        SendResult ok = new SendResult();
        Outbox outbox = outbox(10, 1_000, (text, handler) -> handler.onResult(ok), new Outbox.Owner() {
            @Override
            public void sent(Frame frame) {}

            @Override
            public void failed(Throwable cause) {}

            @Override
            public void roomAgain() {}
        });
        Frame frame = frame("a");
        long bytes = Allocations.of(() -> {
            outbox.add(frame);
            outbox.flush();
        });
        assertThat(bytes).isLessThanOrEqualTo(24);
    }

    @Test
    void sendsNothingBeforeItIsFlushed() {
        Outbox outbox = held(10, 1_000);
        add(outbox, "a");

        assertThat(sent).isEmpty();
    }

    @Test
    void aServerThatCompletesAtOnceDoesNotExhaustTheStack() {
        Outbox outbox = outbox(200_000, 1 << 30, (text, handler) -> {
            sent.add(text);
            handler.onResult(new SendResult());
        });
        List<String> all = IntStream.range(0, 100_000).mapToObj(Integer::toString).toList();
        all.forEach(text -> add(outbox, text));
        outbox.flush();

        assertThat(sent).isEqualTo(all);
        assertThat(owner.sent).isEqualTo(all);
    }

    @Test
    void eightThreadsLoseReorderAndOverlapNothing() throws Exception {
        ExecutorService server = Executors.newFixedThreadPool(3);
        ExecutorService producers = Executors.newFixedThreadPool(8);
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        try {
            Outbox outbox = outbox(1_000_000, 1 << 30, (text, handler) -> {
                if (inFlight.incrementAndGet() != 1) {
                    overlaps.incrementAndGet();
                }
                sent.add(text);
                Runnable completion = () -> {
                    inFlight.decrementAndGet();
                    handler.onResult(new SendResult());
                };
                if (ThreadLocalRandom.current().nextInt(3) == 0) {
                    completion.run();
                } else {
                    server.execute(completion);
                }
            });
            int each = 5_000;
            CountDownLatch begin = new CountDownLatch(1);
            for (int p = 0; p < 8; p++) {
                int producer = p;
                producers.execute(() -> {
                    try {
                        begin.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    for (int i = 0; i < each; i++) {
                        add(outbox, producer + " " + i);
                        if (i % 3 == 0 || i == each - 1) {
                            outbox.flush();
                        }
                    }
                });
            }
            begin.countDown();
            await().until(() -> owner.sent.size() == 8 * each);

            assertThat(overlaps).hasValue(0);
            for (int p = 0; p < 8; p++) {
                String mine = p + " ";
                assertThat(sent.stream().filter(text -> text.startsWith(mine))).isEqualTo(IntStream.range(0, each).mapToObj(i -> mine + i).toList());
            }
            assertThat(outbox.messages()).isZero();
            assertThat(outbox.stalledNanos(System.nanoTime())).isZero();
        } finally {
            producers.shutdownNow();
            server.shutdownNow();
        }
    }

    @Test
    void isBoundedByCount() {
        Outbox outbox = held(3, 1_000);
        add(outbox, "in flight");
        outbox.flush();
        add(outbox, "a", "b", "c");

        assertThat(outbox.add(frame("d"))).isFalse();
        complete();
        assertThat(outbox.add(frame("d"))).isTrue();
        assertThat(outbox.add(frame("e"))).isFalse();
    }

    @Test
    void isBoundedByBytesNotChars() {
        Outbox outbox = held(100, 10);
        add(outbox, "🛎🛎"); // eight bytes

        assertThat(outbox.add(frame("abc"))).isFalse();
        assertThat(outbox.add(frame("ab"))).isTrue();
        assertThat(outbox.add(frame("x"))).isFalse();
        outbox.flush();
        assertThat(outbox.add(frame("12345678"))).as("what is in flight does not count").isTrue();
    }

    @Test
    void tellsOnceWhenThereIsRoomAgain() {
        Outbox outbox = held(4, 1_000);
        add(outbox, "a", "b");
        assertThat(outbox.hasRoom()).isTrue();
        add(outbox, "c", "d");
        assertThat(outbox.hasRoom()).isFalse();
        outbox.flush();
        assertThat(owner.roomAgain).hasValue(0);
        complete(); // three were left, now two
        complete();
        assertThat(owner.roomAgain).hasValue(1);
        complete();
        complete();
        assertThat(owner.roomAgain).hasValue(1);
    }

    @Test
    void dropsWhatWaitsWhenClosed() {
        Outbox outbox = held(10, 1_000);
        add(outbox, "a", "b");
        outbox.flush();
        outbox.close();
        assertThat(outbox.add(frame("c"))).as("nobody misses it").isTrue();
        outbox.flush();
        complete();
        outbox.flush();

        assertThat(sent).containsExactly("a");
        assertThat(outbox.messages()).isZero();
        assertThat(outbox.hasRoom()).isTrue();
    }

    @Test
    void aFailedSendEndsItAndIsTold() {
        Outbox outbox = held(10, 1_000);
        add(outbox, "a", "b");
        outbox.flush();
        IOException cause = new IOException("gone");
        underWay.remove().onResult(new SendResult(cause));
        outbox.flush();

        assertThat(sent).containsExactly("a");
        assertThat(owner.failures).containsExactly(cause);
        assertThat(owner.sent).isEmpty();
    }

    @Test
    void aServerThatThrowsEndsItAndIsTold() {
        IllegalStateException cause = new IllegalStateException("closed");
        Outbox outbox = outbox(10, 1_000, (text, handler) -> {
            sent.add(text);
            throw cause;
        });
        add(outbox, "a", "b");
        outbox.flush();
        outbox.flush();

        assertThat(sent).containsExactly("a");
        assertThat(owner.failures).containsExactly(cause);
    }

    @Test
    void tellsHowLongASendHasBeenUnderWay() {
        Outbox outbox = held(10, 1_000);
        assertThat(outbox.stalledNanos(System.nanoTime())).isZero();
        add(outbox, "a");
        assertThat(outbox.stalledNanos(System.nanoTime())).isZero();
        outbox.flush();
        assertThat(outbox.stalledNanos(System.nanoTime() + 1_000_000_000L)).isBetween(1_000_000_000L, 2_000_000_000L);
        complete();
        assertThat(outbox.stalledNanos(System.nanoTime())).isZero();
    }

    /** One whose sends end when the test says so. */
    private Outbox held(int maxMessages, int maxBytes) {
        return outbox(maxMessages, maxBytes, (text, handler) -> {
            sent.add(text);
            underWay.add(handler);
        });
    }

    private Outbox outbox(int maxMessages, int maxBytes, BiConsumer<String, SendHandler> server) {
        return outbox(maxMessages, maxBytes, server, owner);
    }

    private static Outbox outbox(int maxMessages, int maxBytes, BiConsumer<String, SendHandler> server, Outbox.Owner owner) {
        Object transport = Proxy.newProxyInstance(OutboxTest.class.getClassLoader(), new Class<?>[] {Transport.class}, (proxy, method, args) -> {
            if (method.getName().equals("send")) {
                server.accept(((Frame) args[0]).text(), (SendHandler) args[1]);
            }
            return proxy; // whose class loader is the server's
        });
        return new Outbox((Transport) transport, maxMessages, maxBytes, owner);
    }

    private void complete() {
        underWay.remove().onResult(new SendResult());
    }

    private static void add(Outbox outbox, String... texts) {
        for (String text : texts) {
            assertThat(outbox.add(frame(text))).isTrue();
        }
    }

    private static Frame frame(String text) {
        return new Frame(text, Utf8.length(text), null, false);
    }
}
