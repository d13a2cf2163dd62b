package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypesTest {

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "*/*", "application/json", "application/problem+json, application/json", "text/html, image/gif, *; q=.2, */*; q=.2",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "application/json;q=1", "application/json;q=0.000", "a/b;v=\"x, \\\" y\" ; q=0.5",
        "a/b,,c/d,", "a/b;", "a/b;;q=1", "application/json;version=1.2"})
    void canBeReadAsAccept(String header) {
        assertThat(MediaTypes.isAccept(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "/", "a/", "/b", "a/b/c", "a b/c", "a/b c/d", "a/b;q", "a/b;q=", "a/b;q=2", "a/b;q=-1", "a/b;q=x", "a/b;=1", "a/b;v=\"x", "a/b;v=\"x\\",
        "application/json;;;=", "<script>", "é/b", "a/b;v=\u0000", "*;*", ";q=1", "{}"})
    void cannotBeReadAsAccept(String header) {
        assertThat(MediaTypes.isAccept(header)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "application/json;charset=\"utf-8\"", "application/x-ndjson ", "a/b;q=7"})
    void canBeReadAsContentType(String header) {
        assertThat(MediaTypes.isContentType(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "json", "*", "application/json, text/plain", "application/", "/json", "application/json; charset", "application/json; charset=\"utf-8", "a/b/c"})
    void cannotBeReadAsContentType(String header) {
        assertThat(MediaTypes.isContentType(header)).isFalse();
    }

    @Test
    void whatIsLongIsReadToo() {
        assertThat(MediaTypes.isAccept("a/b;v=\"" + "\\\"".repeat(100_000) + "\"," + ",".repeat(100_000) + ";".repeat(0) + "c/d" + ";".repeat(100_000))).isTrue();
    }
}
