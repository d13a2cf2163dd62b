package dev.bellhop.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.live.TestNode;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A handshake that is refused though somebody seems to have logged in left no line in any log. */
class RefusedHandshakesTest {
    private static HttpServletRequest request(String user, String... cookies) {
        Cookie[] sent = cookies.length == 0 ? null : List.of(cookies).stream().map(name -> new Cookie(name, "secret")).toArray(Cookie[]::new);
        return (HttpServletRequest) Proxy.newProxyInstance(RefusedHandshakesTest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getUserPrincipal" -> user == null ? null : (Principal) () -> user;
                    case "getCookies" -> sent;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void aSignOnThatTheServerDoesNotKnowIsLoggedOnceAMinuteAndWithoutItsSecret() {
        RefusedHandshakes refused = new RefusedHandshakes(TestNode.settings(new String[0]));
        assertThat(refused.line(request(null, "JSESSIONID", "LtpaToken2")))
                .contains("the single sign-on's cookie LtpaToken2", "\"Nobody gets in\" in servers.md", "0 more").doesNotContain("secret");
        assertThat(refused.line(request(null, "JSESSIONID", "LtpaToken2"))).isNull();
    }

    @Test
    void whoHasNotLoggedInIsNothingToLog() {
        RefusedHandshakes refused = new RefusedHandshakes(TestNode.settings(new String[0]));
        assertThat(refused.line(request(null))).isNull();
        assertThat(refused.line(request(null, "JSESSIONID"))).isNull();
        assertThat(new RefusedHandshakes(TestNode.settings("bellhop.user.session-attribute=guest")).line(request(null, "JSESSIONIDSSO"))).isNull();
    }

    @Test
    void aNameThatCannotBeAUserIdIsAReasonOfItsOwn() {
        RefusedHandshakes refused = new RefusedHandshakes(TestNode.settings(new String[0]));
        assertThat(refused.line(request(null, "JSESSIONIDSSO"))).isNotNull();
        assertThat(refused.line(request("a\u0000b", "JSESSIONIDSSO"))).contains("cannot be a user id, which has 1 to 256 characters")
                .doesNotContain("\u0000");
    }
}
