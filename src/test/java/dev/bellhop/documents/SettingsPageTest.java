package dev.bellhop.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** The table of settings.md names the settings that Bellhop reads, and no others. */
class SettingsPageTest {

    private static final String PAGE = "src/site/markdown/settings.md";

    @Test
    void thePageNamesEachSettingAndNoOther() {
        Set<String> read = Documents.matches("source\\.[a-z]+\\(\\s*\"(bellhop\\.[a-z.-]+)\"", Documents.read("src/main/java/dev/bellhop/config/Settings.java"));
        assertThat(read).hasSizeGreaterThan(20).contains("bellhop.redis.uri", "bellhop.api.remember-login");

        String table = String.join("\n", Documents.read(PAGE).lines().filter(line -> line.startsWith("| `")).toList());
        assertThat(Documents.matches("`(bellhop\\.[a-z.-]+)`", table)).as("the settings in the table of " + PAGE + ", against those of the code").isEqualTo(read);
    }
}
