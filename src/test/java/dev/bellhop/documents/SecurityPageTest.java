package dev.bellhop.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each point of the security page has a test that exists. */
class SecurityPageTest {

    private static final Pattern TEST = Pattern.compile("`(?<type>\\w+(Test|IT))(\\.(?<method>\\w+))?`");

    @Test
    void eachPointNamesTestsThatExistOrSaysWhyThereIsNone() throws IOException {
        Map<String, String> sources = sources();
        List<String> points = Documents.prose(Documents.CHECKOUT.resolve("src/site/markdown/security.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| point |")).toList();
        assertThat(points).hasSizeGreaterThan(30);
        for (String point : points) {
            String tests = point.split(" \\| ")[2];
            Matcher named = TEST.matcher(tests);
            int count = 0;
            while (named.find()) {
                String method = named.group("method");
                assertThat(sources).containsKey(named.group("type"));
                assertThat(sources.get(named.group("type"))).as(named.group()).contains(method == null ? "@Test" : "void " + method + "(");
                count++;
            }
            assertThat(count > 0 || tests.startsWith("none: ")).as(point).isTrue();
        }
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> all = Files.walk(Documents.CHECKOUT.resolve("src/test/java"))) {
            all.filter(file -> file.toString().endsWith(".java")).forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), Documents.read(file)));
        }
        return sources;
    }
}
