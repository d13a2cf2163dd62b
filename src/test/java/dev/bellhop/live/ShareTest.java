package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShareTest {
    /** Near the overflow that {@link System#nanoTime} may well have. */
    private static final long BEGIN = Long.MAX_VALUE - 300;

    private final Share share = new Share(100, BEGIN);

    @Test
    void lastsForOneStretchOfWorkWithoutRest() {
        long now = BEGIN;
        int pieces = 0;
        while (share.isLeft(now)) {
            share.spent(now, now + 10);
            now += 10;
            pieces++;
        }
        assertThat(pieces).isEqualTo(10);
    }

    @Test
    void isBackAfterRestOfFourTimesTheWork() {
        share.spent(BEGIN, BEGIN + 200);
        assertThat(share.isLeft(BEGIN + 200)).isFalse();
        assertThat(share.isLeft(BEGIN + 600)).isFalse();
        assertThat(share.isLeft(BEGIN + 604)).isTrue();
    }

    @Test
    void isNeverUsedUpByAQuarterOfTheTime() {
        long now = BEGIN;
        for (int i = 0; i < 1_000; i++) {
            assertThat(share.isLeft(now)).isTrue();
            share.spent(now, now + 80);
            now += 80 + 320;
        }
    }

    @Test
    void savesUpNoMoreThanOneStretch() {
        long later = BEGIN + 1_000_000_000;
        assertThat(share.isLeft(later)).isTrue();
        share.spent(later, later + 100);
        assertThat(share.isLeft(later + 100)).isFalse();
    }
}
