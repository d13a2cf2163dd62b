package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class HandshakeFilterTest {

    @Test
    void theLogSaysWhoCameFromWhereOnOneLineWhateverTheHeadersHold() {
        String line = HandshakeFilter.line(request("https://evil.test\r\nA handshake was taken: user \"root\"" + "x".repeat(1_000)), "a\u001b[2J\u2028b", "refused (origin)");

        assertThat(line).startsWith("A handshake was refused (origin): user \"a").contains(", from \"192.0.2.7\", origin \"https://evil.test\\r\\nA handshake");
        assertThat(line.codePoints()).noneMatch(Character::isISOControl);
        assertThat(line).hasSizeLessThan(400).doesNotContain("cookie");
        assertThat(HandshakeFilter.line(request(null), null, "taken")).isEqualTo("A handshake was taken: user none, from \"192.0.2.7\", origin none");
    }

    @Test
    void theLogNamesAUserWhoMakesTooManyHandshakes() {
        assertThat(HandshakeFilter.tooMany("a\nb", 7)).startsWith("A handshake of user \"a\\nb\" was answered with 429").contains(" 7 more");
    }

    private static HttpServletRequest request(String origin) {
        return (HttpServletRequest) Proxy.newProxyInstance(HandshakeFilterTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (proxy, method, args) -> switch (method.getName()) {
            case "getRemoteAddr" -> "192.0.2.7";
            case "getHeader" -> args[0].equals("Origin") ? origin : null;
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }
}
