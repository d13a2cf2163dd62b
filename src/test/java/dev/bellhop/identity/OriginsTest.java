package dev.bellhop.identity;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, localhost:8080", "http://example.org, example.org", "https://example.org, example.org", "http://example.org:80, example.org", "http://example.org, example.org:80",
        "https://example.org:443, example.org", "https://example.org, example.org:443", "HTTP://EXAMPLE.org, example.ORG", "http://[::1]:8080, [::1]:8080", "http://127.0.0.1, 127.0.0.1"})
    void aPageOfTheSameHostAndPortMayUseIt(String origin, String host) {
        assertThat(allowed(origin, host)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(value = {
        "http://evil.example, example.org", "http://example.org.evil.example, example.org", "http://evilexample.org, example.org", "http://sub.example.org, example.org", "http://example.org, sub.example.org",
        "http://localhost:8081, localhost:8080", "http://localhost, localhost:8080", "http://localhost:8080, localhost", "https://example.org, example.org:80", "http://127.0.0.1:8080, localhost:8080",
        "null, example.org", "'', example.org", "example.org, example.org", "file://, example.org", "http://, example.org", "http://example.org@evil.example, example.org", "http://evil.example#example.org, example.org",
        "http://exa mple.org, example.org", "data:text/html, example.org", "http://example.org, ''", "http://example.org:x, example.org", "http://example.org, a b", "http://evil.example, evil.example@example.org"}, nullValues = "-")
    void anyOtherMayNot(String origin, String host) {
        assertThat(allowed(origin, host)).isFalse();
    }

    @Test
    void aRequestWithoutHostIsNobodys() {
        assertThat(allowed("http://example.org", null)).isFalse();
        assertThat(allowed("http://null", null)).isFalse();
    }

    @Test
    void whoSendsNoOriginIsNoBrowser() {
        assertThat(allowed(null, "example.org")).isTrue();
    }

    @Test
    void listedOriginsMayUseIt() {
        Set<String> listed = Set.of("https://portal.example", "http://localhost:3000");

        assertThat(allowed("https://portal.example", "example.org", listed)).isTrue();
        assertThat(allowed("https://Portal.Example", "example.org", listed)).isTrue();
        assertThat(allowed("http://portal.example", "example.org", listed)).isFalse();
        assertThat(allowed("https://portal.example:444", "example.org", listed)).isFalse();
        assertThat(allowed("http://localhost:3000", "example.org", listed)).isTrue();
        assertThat(allowed("http://localhost:3001", "example.org", listed)).isFalse();
    }

    private static boolean allowed(String origin, String host) {
        return allowed(origin, host, Set.of());
    }

    private static boolean allowed(String origin, String host, Set<String> listed) {
        HttpServletRequest request = (HttpServletRequest) Proxy.newProxyInstance(OriginsTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> args[0].equals("Origin") ? origin : args[0].equals("Host") ? host : null);
        return Origins.allowed(request, listed);
    }
}
