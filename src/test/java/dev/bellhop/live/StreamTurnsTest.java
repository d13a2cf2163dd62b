package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamTurnsTest {
    private final Lanes lanes = new Lanes(new Metrics());
    private final StreamTurns turns = new StreamTurns(lanes);
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @BeforeEach
    void start() {
        lanes.start(TestNode.daemons());
    }

    @AfterEach
    void stop() {
        read.countDown();
        lanes.stop();
    }

    /** As a write to a page that does not read. */
    private void block() {
        begun.incrementAndGet();
        try {
            read.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        ended.incrementAndGet();
    }

    @Test
    void aUserWhosePagesDoNotReadHoldsUpNobodyElse() {
        for (int i = 0; i < 50; i++) {
            turns.run("mallory", this::block);
        }
        await().until(() -> begun.get() == StreamTurns.MOST);
        AtomicInteger others = new AtomicInteger();
        for (int i = 0; i < 300; i++) {
            turns.run("user" + i, others::incrementAndGet);
        }
        await().until(() -> others.get() == 300);
        assertThat(begun.get()).as("threads that one user holds").isEqualTo(StreamTurns.MOST);
        read.countDown();
        await().until(() -> ended.get() == 50);
        await().until(() -> turns.users() == 0);
    }

    @Test
    void aTaskThatThrowsGivesItsTurnBack() {
        for (int i = 0; i < 2 * StreamTurns.MOST; i++) {
            turns.run("a", () -> {
                begun.incrementAndGet();
                throw new IllegalStateException("on purpose");
            });
        }
        await().until(() -> begun.get() == 2 * StreamTurns.MOST);
        await().until(() -> turns.users() == 0);
    }
}
