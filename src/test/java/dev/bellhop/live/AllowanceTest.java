package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    /** Near the overflow that {@link System#nanoTime} may well have. */
    private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

    private final Allowance allowance = new Allowance(20, 40, BEGIN);

    @Test
    void grantsTheBurstAtOnceAndNoMore() {
        assertThat(taken(at(0), 100)).isEqualTo(40);
    }

    @Test
    void grantsTheRateAfterTheBurst() {
        taken(at(0), 100);

        assertThat(taken(at(500), 100)).isEqualTo(10);
        assertThat(taken(at(549), 100)).isZero();
        assertThat(taken(at(551), 100)).isEqualTo(1);
        int total = 0;
        for (int millis = 600; millis <= 10_600; millis += 10) {
            total += taken(at(millis), 5);
        }
        assertThat(total).isBetween(199, 201);
    }

    @Test
    void savesUpNoMoreThanTheBurst() {
        taken(at(0), 100);

        assertThat(taken(at(3_600_000), 100)).isEqualTo(40);
    }

    @Test
    void refusedFramesAreAbuseAfterTenSecondsAllowance() {
        for (int i = 0; i < 200; i++) {
            assertThat(allowance.strike(at(0))).isFalse();
        }
        assertThat(allowance.strike(at(0))).isTrue();
    }

    @Test
    void aRefusedFrameASecondIsForgiven() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(allowance.strike(at(i * 1_000L))).isFalse();
        }
    }

    private int taken(long now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += allowance.take(now) ? 1 : 0;
        }
        return taken;
    }

    private static long at(long millis) {
        return BEGIN + TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
