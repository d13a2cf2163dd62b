package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinesTest {

    private static final int MOST = 40_000;

    /** Lines of every length, around the limit too, however the bytes come in. */
    @Test
    void everyLineComesOnceHoweverItIsCut() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            List<String> expected = new ArrayList<>();
            StringBuilder body = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                int length = switch (random.nextInt(6)) {
                    case 0 -> 0;
                    case 1 -> MOST - 1 + random.nextInt(3);
                    case 2 -> random.nextInt(4 * MOST);
                    default -> random.nextInt(200);
                };
                expected.add(length > MOST ? "too large" : "x".repeat(length));
                body.append("x".repeat(length)).append('\n');
            }
            if (random.nextBoolean()) {
                body.append("last");
                expected.add("last");
            }
            assertThat(all(body.toString(), random)).isEqualTo(expected);
        }
    }

    private static List<String> all(String body, Random random) throws IOException {
        InputStream cut = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] to, int at, int most) {
                return super.read(to, at, Math.min(most, 1 + random.nextInt(random.nextBoolean() ? 100_000 : 3_000)));
            }
        };
        Lines lines = new Lines(cut, MOST);
        List<String> all = new ArrayList<>();
        while (true) {
            try {
                String line = lines.next();
                if (line == null) {
                    return all;
                }
                all.add(line);
            } catch (Problem problem) {
                assertThat(problem.code()).isEqualTo(Problem.Code.TOO_LARGE);
                all.add("too large");
            }
        }
    }
}
