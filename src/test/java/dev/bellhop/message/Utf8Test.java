package dev.bellhop.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "🛎", "\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "\ud800\ud800\udc00", "🛎️🛎️"})
    void isAsLongAsWhatIsEncoded(String text) {
        assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void isAsLongAsWhatIsEncodedForAnyChars() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : 0xd700 + random.nextInt(0xa00)));
            }
            assertThat(Utf8.length(text.toString())).isEqualTo(text.toString().getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
