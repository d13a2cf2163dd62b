package dev.bellhop.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @ParameterizedTest
    @ValueSource(strings = {"0-0", "1-2", "1785000000000-1", "9223372036854775807-9223372036854775807"})
    void readsWhatItWrites(String text) {
        assertThat(Position.of(text)).hasToString(text);
        assertThat(Position.parse(text)).contains(Position.of(text));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "-", "1", "1-", "-1", "1--1", "-1-1", "+1-1", "1-+1", "1-1-1", " 1-1", "1-1 ", "1 -1", "a-1", "1-a", "0x1-1", "1.0-1", "*", "$", "+", "(1-1",
        "9223372036854775808-1", "1-9223372036854775808", "00000000000000000000000000000000000000001-1", "1２-1", "1-1２", "١-١"})
    void refusesAllElse(String text) {
        assertThat(Position.parse(text)).isEmpty();
        assertThatThrownBy(() -> Position.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isOrderedByEpochThenOffset() {
        Position[] ordered = {Position.START, Position.of("1-0"), Position.of("1-9"), Position.of("1-10"), Position.of("2-1"), Position.of("10-1")};
        for (int i = 0; i < ordered.length; i++) {
            for (int j = 0; j < ordered.length; j++) {
                assertThat(ordered[i].isAfter(ordered[j])).isEqualTo(i > j);
                assertThat(ordered[i].equals(ordered[j])).isEqualTo(i == j);
                assertThat(Position.later(ordered[i], ordered[j])).isEqualTo(ordered[Math.max(i, j)]);
            }
        }
        assertThat(Position.of("1-1")).hasSameHashCodeAs(Position.of("1-1")).isNotEqualTo(null).isNotEqualTo("1-1");
    }

    @Test
    void followsOnlyTheOneBeforeInItsEpoch() {
        assertThat(Position.of("5-2").follows(Position.of("5-1"))).isTrue();
        assertThat(Position.of("5-1").follows(Position.of("5-0"))).isTrue();
        assertThat(Position.of("5-3").follows(Position.of("5-1"))).isFalse();
        assertThat(Position.of("5-1").follows(Position.of("5-1"))).isFalse();
        assertThat(Position.of("6-2").follows(Position.of("5-1"))).isFalse();
        assertThat(Position.of("6-1").follows(Position.of("5-9"))).isFalse();
    }

    @Test
    void nullIsBeforeEverything() {
        assertThat(Position.later(null, Position.START)).isEqualTo(Position.START);
        assertThat(Position.later(Position.START, null)).isEqualTo(Position.START);
        assertThat(Position.later(null, null)).isNull();
    }

    @Test
    void isNeverNegative() {
        assertThatThrownBy(() -> new Position(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Position(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
