package dev.bellhop.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.metric.Metrics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that block have others wait only where there are more of them than threads. */
class LaneTest {

    private final CountDownLatch unblocked = new CountDownLatch(1);
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
    private final Lane lane = new Lane("test", 2, 5, 100, new Metrics());

    private void start(int blocked) {
        lane.start(task -> {
            threads.incrementAndGet();
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < blocked; i++) {
            lane.offer(() -> {
                try {
                    unblocked.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        lane.offer(done::incrementAndGet);
    }

    @AfterEach
    void stop() {
        unblocked.countDown();
        lane.stop();
    }

    @Test
    void aBlockedTaskHasAnotherThreadInItsPlace() {
        start(4);
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            lane.widen();
            assertThat(done).hasValue(1);
        });
        unblocked.countDown();
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            lane.widen();
            assertThat(lane.size()).as("the threads in their place have ended").isEqualTo(2);
        });
    }

    @Test
    void butNotForEver() {
        start(5);
        await().pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            lane.widen();
            assertThat(lane.size()).isEqualTo(5);
        });
        await().pollDelay(Duration.ofMillis(300)).untilAsserted(() -> {
            lane.widen();
            assertThat(threads).hasValue(5);
            assertThat(done).hasValue(0);
        });
        unblocked.countDown();
        await().untilAsserted(() -> assertThat(done).hasValue(1));
    }
}
