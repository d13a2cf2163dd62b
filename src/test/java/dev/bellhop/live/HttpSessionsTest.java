package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A session that ages away must not pass for a logout: it once closed the user's other tabs. */
class HttpSessionsTest {

    private static HttpSession session(int idleSeconds, Duration unused) {
        Map<String, Object> attributes = new HashMap<>();
        long accessed = System.currentTimeMillis() - unused.toMillis();
        return (HttpSession) Proxy.newProxyInstance(HttpSession.class.getClassLoader(), new Class<?>[] {HttpSession.class}, (proxy, method, args) ->
                switch (method.getName()) {
                    case "getAttribute" -> attributes.get((String) args[0]);
                    case "setAttribute" -> attributes.put((String) args[0], args[1]);
                    case "getAttributeNames" -> Collections.enumeration(attributes.keySet());
                    case "getMaxInactiveInterval" -> idleSeconds;
                    case "getLastAccessedTime" -> accessed;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void oneThatWasNotUsedAgesAndOneThatIsEndedBeforeItsTimeDoesNot() {
        assertThat(HttpSessions.hasAged(session(1800, Duration.ofHours(1)))).isTrue();
        assertThat(HttpSessions.hasAged(session(1800, Duration.ofMinutes(1)))).isFalse();
        assertThat(HttpSessions.hasAged(session(-1, Duration.ofDays(1)))).as("never").isFalse();
    }

    @Test
    void oneThatTheApplicationDoesNotUseIsOnlyOurs() {
        HttpSession session = session(1800, Duration.ZERO);
        HttpSessions.bind(session, "a user", "login1");
        assertThat(HttpSessions.isOnlyOurs(session)).isTrue();
        session.setAttribute("cart", "full");
        assertThat(HttpSessions.isOnlyOurs(session)).isFalse();
    }

    @Test
    void rememberWhoseLoginsHangOnThem() {
        HttpSession session = session(1800, Duration.ZERO);
        HttpSessions.bind(session, "a user", "login1");
        HttpSessions.bind(session, "a user", "login2");
        assertThat(HttpSessions.logins(session)).containsExactlyInAnyOrder("login1 a user", "login2 a user");
    }
}
