package dev.bellhop.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Settings;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.server.HandshakeRequest;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

    private final Origins origins = origins("");

    private static Origins origins(String listed) {
        return new Origins(Settings.read(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(Map.of("bellhop.origins", listed), "test", 1)).build()));
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, http, localhost:8080", "http://example.org, http, example.org", "https://example.org, https, example.org", "http://example.org:80, http, example.org",
        "http://example.org, http, example.org:80", "https://example.org:443, https, example.org", "https://example.org, https, example.org:443", "HTTP://EXAMPLE.org, http, example.ORG",
        "http://[::1]:8080, http, [::1]:8080", "http://127.0.0.1, http, 127.0.0.1", "http://example.org, ws, example.org", "https://example.org, wss, example.org"})
    void aPageOfTheSameSchemeHostAndPortMayUseIt(String origin, String scheme, String host) {
        assertThat(allowed(origin, scheme, host)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(value = {
        "http://evil.example, example.org", "http://example.org.evil.example, example.org", "http://evilexample.org, example.org", "http://sub.example.org, example.org", "http://example.org, sub.example.org",
        "http://localhost:8081, localhost:8080", "http://localhost, localhost:8080", "http://localhost:8080, localhost", "https://example.org, example.org:80", "http://127.0.0.1:8080, localhost:8080",
        "null, example.org", "'', example.org", "example.org, example.org", "file://, example.org", "http://, example.org", "http://example.org@evil.example, example.org", "http://evil.example#example.org, example.org",
        "http://exa mple.org, example.org", "data:text/html, example.org", "http://example.org, ''", "http://example.org:x, example.org", "http://example.org, a b", "http://evil.example, evil.example@example.org"}, nullValues = "-")
    void anyOtherMayNot(String origin, String host) {
        assertThat(allowed(origin, "http", host)).isFalse();
        assertThat(allowed(origin, origin.startsWith("https") ? "https" : "http", host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "http://bank.example, https, bank.example", "https://bank.example, http, bank.example", "http://bank.example:8443, https, bank.example:8443",
        "https://bank.example:8080, http, bank.example:8080", "ftp://bank.example, http, bank.example", "http://bank.example:443, https, bank.example"})
    void aPageOfTheSameHostButAnotherSchemeMayNot(String origin, String scheme, String host) {
        assertThat(allowed(origin, scheme, host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(value = {
        "https://bank.example, https, true", "http://bank.example, https, false", "https://bank.example, http, false", "http://bank.example, http, true", "https://bank.example, HTTPS, true",
        "https://bank.example, wss, true", "http://bank.example, wss, false", "https://bank.example, 'https, http', true", "https://bank.example, nonsense, false", "http://bank.example, nonsense, true",
        "https://bank.example, '', false"})
    void behindAProxyThatEndsTlsItsWordCounts(String origin, String forwarded, boolean allowed) {
        assertThat(origins.allowed(request("http", Map.of("Origin", origin, "Host", "bank.example", "X-Forwarded-Proto", forwarded)))).isEqualTo(allowed);
        assertThat(origins.allowed(handshake("/bellhop/ws", Map.of("Origin", origin, "Host", "bank.example", "X-Forwarded-Proto", forwarded))))
                .as("where the handshake does not say its scheme").isEqualTo(allowed || forwarded.isEmpty() || forwarded.equals("nonsense"));
    }

    /** Some servers give the handshake's whole address to the configurator, others its path alone. */
    @ParameterizedTest
    @CsvSource({
        "http://bank.example, ws://bank.example/bellhop/ws, true", "http://bank.example, wss://bank.example/bellhop/ws, false", "https://bank.example, wss://bank.example/bellhop/ws, true",
        "https://bank.example, /bellhop/ws, true", "http://evil.example, /bellhop/ws, false", "https://bank.example:8443, /bellhop/ws, false"})
    void aHandshakeIsCheckedByWhatItTells(String origin, String uri, boolean allowed) {
        assertThat(origins.allowed(handshake(uri, Map.of("Origin", origin, "Host", "bank.example")))).isEqualTo(allowed);
    }

    @Test
    void aRequestWithoutHostIsNobodys() {
        assertThat(allowed("http://example.org", "http", null)).isFalse();
        assertThat(allowed("http://null", "http", null)).isFalse();
    }

    @Test
    void whoSendsNoOriginIsNoBrowser() {
        assertThat(allowed(null, "http", "example.org")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void whatTheBrowserCallsForeignIsForeign(String site) {
        assertThat(origins.allowed(request("http", Map.of("Host", "example.org", "Sec-Fetch-Site", site)))).isFalse();
        assertThat(origins.allowed(request("http", Map.of("Host", "example.org", "Origin", "http://example.org", "Sec-Fetch-Site", site)))).isFalse();
        assertThat(origins.allowed(handshake("/ws", Map.of("host", "example.org", "sec-fetch-site", site)))).isFalse();
        assertThat(origins("http://portal.example").allowed(request("http", Map.of("Host", "example.org", "Origin", "http://portal.example", "Sec-Fetch-Site", site)))).isTrue();
        for (String own : List.of("same-origin", "none")) {
            assertThat(origins.allowed(request("http", Map.of("Host", "example.org", "Sec-Fetch-Site", own)))).isTrue();
        }
    }

    @Test
    void listedOriginsMayUseIt() {
        Origins listed = origins("https://portal.example,http://localhost:3000");

        assertThat(listed.allowed(request("http", "https://portal.example", "example.org"))).isTrue();
        assertThat(listed.allowed(request("http", "https://Portal.Example", "example.org"))).isTrue();
        assertThat(listed.allowed(request("http", "http://portal.example", "example.org"))).isFalse();
        assertThat(listed.allowed(request("http", "https://portal.example:444", "example.org"))).isFalse();
        assertThat(listed.allowed(request("http", "http://localhost:3000", "example.org"))).isTrue();
        assertThat(listed.allowed(request("http", "http://localhost:3001", "example.org"))).isFalse();
        assertThat(listed.isListed("https://Portal.Example")).isTrue();
        assertThat(listed.isListed("https://example.org")).isFalse();
        assertThat(listed.isListed(null)).isFalse();
    }

    private boolean allowed(String origin, String scheme, String host) {
        return origins.allowed(request(scheme, origin, host));
    }

    private static HttpServletRequest request(String scheme, String origin, String host) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Origin", origin);
        headers.put("Host", host);
        return request(scheme, headers);
    }

    private static HttpServletRequest request(String scheme, Map<String, String> headers) {
        return (HttpServletRequest) Proxy.newProxyInstance(OriginsTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> method.getName().equals("getScheme") ? scheme : headers.get(args[0]));
    }

    private static HandshakeRequest handshake(String uri, Map<String, String> headers) {
        Map<String, List<String>> all = new HashMap<>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return (HandshakeRequest) Proxy.newProxyInstance(OriginsTest.class.getClassLoader(), new Class<?>[] {HandshakeRequest.class},
                (proxy, method, args) -> method.getName().equals("getRequestURI") ? URI.create(uri) : all);
    }
}
