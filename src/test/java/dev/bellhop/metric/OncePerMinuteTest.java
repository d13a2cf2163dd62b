package dev.bellhop.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What fails a thousand times a second is one line a minute. */
class OncePerMinuteTest {
    /** Near the end of its range: {@link System#nanoTime} may begin anywhere, and may overflow. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(30));
    private final OncePerMinute lines = new OncePerMinute(now::get);

    @Test
    void theFirstGoesThroughAtOnceAndTheNextAfterAMinute() {
        assertThat(lines.next()).hasValue(0);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1) - 1);
        assertThat(lines.next()).isEmpty();
        now.addAndGet(1);
        assertThat(lines.next()).hasValue(1);
    }

    @Test
    void itCountsWhatItHoldsBackAndBeginsAnewWithEachLine() {
        lines.next();
        IntStream.range(0, 3).forEach(i -> lines.next());
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(lines.next()).hasValue(3);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(lines.next()).hasValue(0);
    }

    @Test
    void ofManyThreadsAtOnceOneIsLetThroughAndTheOthersAreCounted() {
        assertThat(IntStream.range(0, 10_000).parallel().filter(i -> lines.next().isPresent()).count()).isEqualTo(1);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(lines.next()).hasValue(9_999);
    }
}
