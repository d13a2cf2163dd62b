package dev.bellhop.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/**
 * Whatever comes in at whichever door, nothing is thrown but what that door promises, and it takes no long time. What is found goes
 * into {@code src/test/resources/fuzz}, which each run begins with. How many inputs: {@code -Dfuzz.inputs=1000000}.
 */
class FuzzTest {
    /** More than a pause of a busy machine, and less than anything quadratic takes on the longest of texts. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Words that mean something somewhere. */
    private static final String[] WORDS = {"\"msg_type\":", "\"to_user_id\":", "\"data\":", "\"id\":", "\"last_id\":", "\"user_id\":", "\"push_at\":", "\"ttl\":", "\"expires_at\":",
            "\"to_user_ids\":[", "\"to_role\":", "\"to_group\":", "\"login\"", "\"read\"", "\"ping\"", "\"*\"", "null", "true", "-0", "1e999999999", "1E-2147483648", "0.1", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "1-1", "0-0", "9223372036854775807-9223372036854775807", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\u0000", "\u0000", "\ud83d", "\ude0e",
            "\ufeff", "\ufffd", "P1D", "PT-1S", "PT9223372036854775807S", "2026-02-30T00:00:00Z", "+999999999-12-31T23:59:59Z", ";", "=", "JSESSIONIDSSO=", "LtpaToken2=\"", " ", "\t", "\r\n", "/", "*/*",
            ";q=", "application/json", "m1-1 ", "r1-1 0 ", "l", "c", "q", "d1008", "d", "inf", "-inf", "nan", "١", "\u2028", "é"};

    record Input(Door door, String text) {}

    @Provide
    Arbitrary<Input> inputs() {
        Arbitrary<String> with = Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.of(WORDS)), Tuple.of(1, Arbitraries.strings().ofMaxLength(8)));
        Arbitrary<Mutation> mutation = Combinators.combine(Arbitraries.of(Mutation.Kind.class), Arbitraries.integers().between(0, 1_000),
                Arbitraries.integers().between(0, 40), with).as(Mutation::new);
        // why also for another door: who mixes doors up sends such a thing
        Arbitrary<String> seeds = Arbitraries.of(java.util.Arrays.stream(Door.values()).flatMap(door -> door.corpus().stream()).toList());
        return Arbitraries.of(Door.class).flatMap(door -> Combinators.combine(
                Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.of(door.corpus())), Tuple.of(1, seeds)),
                mutation.list().ofMaxSize(5)).as((seed, mutations) -> {
                    String text = seed;
                    for (Mutation one : mutations) {
                        text = text.length() > 2 * Door.MAX ? text : one.of(text);
                    }
                    return new Input(door, text);
                }));
    }

    @Property(edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void nothingIsThrownThatADoorDoesNotPromise(@ForAll("inputs") Input input) {
        take(input);
    }

    @Example
    void whatWasFoundOnceIsTakenAtEachDoor() {
        for (Door from : Door.values()) {
            for (String text : from.corpus()) {
                for (Door door : Door.values()) {
                    take(new Input(door, text));
                }
            }
        }
    }

    private static void take(Input input) {
        long begun = System.nanoTime();
        input.door().take(input.text());
        assertThat(System.nanoTime() - begun).as("nanoseconds").isLessThan(MOST_NANOS);
    }
}
