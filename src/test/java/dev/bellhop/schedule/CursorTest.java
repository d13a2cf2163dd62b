package dev.bellhop.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bellhop.redis.Partition;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    private static final String DIGEST = "0123456789abcdef0123456789abcdef01234567";

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1803902400.5", "1.0000000000000001e-05", "1e+300", "inf", "-inf"})
    void isReadAsItWasWritten(String score) {
        for (int partition : new int[] {Partition.NONE, 0, 63}) {
            Cursor cursor = Cursor.behind(score, 7, partition, DIGEST, "{\"a\": \"b\\n \u00e9 \ud83d\ude00\"}\n");
            assertThat(Cursor.parse(cursor.toString())).isEqualTo(cursor);
            assertThat(cursor.toString()).matches("[A-Za-z0-9_-]+");
        }
    }

    @Test
    void remembersHowALongTextBeginsWithoutHalvingACharacter() {
        Cursor cursor = Cursor.behind("1", 0, Partition.NONE, DIGEST, "x".repeat(99) + "\ud83d\ude00" + "y".repeat(1_000));
        assertThat(cursor.start()).isEqualTo("x".repeat(99));
    }

    @Test
    void doesNotGuessHowABrokenTextBegins() {
        assertThat(Cursor.behind("1", 0, Partition.NONE, DIGEST, "\ufffdabc").start()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1 2", "e 0 " + DIGEST + " ", "1-1 0 " + DIGEST + " ", "nan 0 " + DIGEST + " ", "1 -1 " + DIGEST + " ",
        "1 9999999999999999999 " + DIGEST + " ", "1 0 x ", "(1 0 " + DIGEST + " "})
    void refusesWhatIsNone(String text) {
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        assertThatIllegalArgumentException().isThrownBy(() -> Cursor.parse(encoded));
        assertThatIllegalArgumentException().isThrownBy(() -> Cursor.parse(text + '?'));
    }
}
