package dev.bellhop.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TakenTest {
    private static final int MANY = 100;

    private final Taken taken = new Taken();

    private void add(String... entries) {
        for (String entry : entries) {
            taken.add(entry);
        }
    }

    @Test
    void whatIsDoneGoesUpToTheFirstThatIsNot() {
        add("9-5", "9-18446744073709551615", "10-0", "10-9", "10-10");
        taken.done("9-5");
        taken.done("10-0");
        taken.done("10-10");

        Taken.Done done = taken.takeDone("10-10", MANY, false);
        assertThat(done.before()).isEqualTo("9-18446744073709551615");
        assertThat(done.entries()).containsExactly("9-5");
        assertThat(done.trimmed()).isEqualTo(1);
        taken.done("9-18446744073709551615");
        assertThat(taken.takeDone("10-10", MANY, false).entries()).containsExactlyInAnyOrder("9-18446744073709551615", "10-0");
        taken.done("10-9");
        assertThat(taken.takeDone("10-10", MANY, false)).extracting(Taken.Done::before, Taken.Done::trimmed).containsExactly("10-11", 2);
        assertThat(taken.takeDone("10-10", MANY, false).entries()).isEmpty();
    }

    @Test
    void whatRedisDoesNotYetKnowToBeTakenStays() {
        add("9-18446744073709551615", "10-0");
        taken.done("9-18446744073709551615");
        taken.done("10-0");

        assertThat(taken.takeDone("9-4", MANY, false).entries()).isEmpty();
        assertThat(taken.takeDone("9-18446744073709551615", MANY, false)).isEqualTo(new Taken.Done("9-18446744073709551615", "10-0", List.of("9-18446744073709551615"), 1));
    }

    @Test
    void behindOneThatWaitsForLongTheyAreTakenOutOneByOne() {
        add("1-1", "1-2", "1-3", "1-4");
        taken.done("1-1");
        taken.done("1-3");
        taken.done("1-4");

        Taken.Done done = taken.takeDone("1-4", MANY, true);
        assertThat(done.before()).isEqualTo("1-2");
        assertThat(done.trimmed()).isEqualTo(1);
        assertThat(done.entries()).startsWith("1-1").containsExactlyInAnyOrder("1-1", "1-3", "1-4");
        assertThat(taken.takeDone("1-4", MANY, true).entries()).isEmpty();
    }

    /** Before, a node whose lease had ended each time did the same entries again and again. */
    @Test
    void whatIsDoneIsTakenOutThoughTheLeaseHasEnded() {
        add("1-1", "1-2", "1-3");
        taken.done("1-1");
        taken.done("1-2");
        taken.clear();
        add("1-1", "1-2");

        assertThat(taken.takeDone("0-0", MANY, false)).extracting(Taken.Done::entries, Taken.Done::trimmed).containsExactly(List.of("1-1", "1-2"), 0);
        assertThat(taken.takeDone("", MANY, false).entries()).isEmpty();
    }

    @Test
    void notMoreAtOnceThanAsked() {
        for (int n = 1; n <= 10; n++) {
            taken.add("1-" + n);
        }
        for (int n = 1; n <= 10; n++) {
            taken.done("1-" + n);
        }
        assertThat(taken.takeDone("1-10", 6, true).entries()).hasSize(6);
        assertThat(taken.takeDone("1-10", 6, true).entries()).hasSize(4);
        taken.add("2-1");
        taken.gone("2-1");
        assertThat(taken.takeDone("2-1", 6, true)).isEqualTo(new Taken.Done("2-1", "2-2", List.of(), 0));
    }
}
