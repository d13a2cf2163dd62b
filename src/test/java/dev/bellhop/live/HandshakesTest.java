package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HandshakesTest {
    /** Near the overflow that {@link System#nanoTime} may well have. */
    private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

    private final Handshakes handshakes = new Handshakes(50, BEGIN);

    private long taken(String user, int seconds, int tried) {
        return IntStream.range(0, tried).filter(i -> handshakes.take(user, BEGIN + TimeUnit.SECONDS.toNanos(seconds))).count();
    }

    @Test
    void allPagesOfAUserMayComeBackTenTimesAndThenSomeASecond() {
        assertThat(taken("u", 0, 1_000)).isEqualTo(500);
        assertThat(taken("u", 1, 1_000)).isEqualTo(10);
        assertThat(taken("other", 1, 1_000)).as("each has an allowance of their own").isEqualTo(500);
        assertThat(taken("u", 300, 1_000)).isEqualTo(500);
    }

    @Test
    void followsTheLimitOfConnectionsButIsNeverNarrow() {
        Handshakes few = new Handshakes(1, BEGIN);
        assertThat(IntStream.range(0, 5_000).filter(i -> few.take("u", BEGIN)).count()).isEqualTo(500);
        Handshakes many = new Handshakes(1_000, BEGIN);
        assertThat(IntStream.range(0, 20_000).filter(i -> many.take("u", BEGIN)).count()).isEqualTo(10_000);
        assertThat(IntStream.range(0, 5_000).filter(i -> many.take("u", BEGIN + TimeUnit.SECONDS.toNanos(1))).count()).isEqualTo(200);
        assertThat(new Handshakes(Integer.MAX_VALUE, BEGIN).take("u", BEGIN)).isTrue();
    }

    @Test
    void remembersNobodyForLongAndNeverTooMany() {
        taken("u", 0, 600);
        IntStream.range(0, Handshakes.MOST_USERS + 10).forEach(i -> handshakes.take("user " + i, BEGIN));
        assertThat(handshakes.users()).isEqualTo(Handshakes.MOST_USERS);
        assertThat(taken("late", 1, 600)).as("nobody is refused because others are many").isEqualTo(600);
        assertThat(taken("u", 2, 1)).as("who is known stays counted").isEqualTo(1);

        assertThat(taken("late", 60, 600)).isEqualTo(500);
        assertThat(handshakes.users()).isEqualTo(1);
    }
}
