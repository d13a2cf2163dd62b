package dev.bellhop.login;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A session that ages away must not pass for a logout: it once closed the user's other tabs. */
class HttpSessionsTest {

    private static HttpSession session(int idleSeconds, Duration unused) {
        return session("id", idleSeconds, unused, () -> { });
    }

    private static HttpSession session(String id, int idleSeconds, Duration unused, Runnable onWrite) {
        Map<String, Object> attributes = new HashMap<>();
        long accessed = System.currentTimeMillis() - unused.toMillis();
        return (HttpSession) Proxy.newProxyInstance(HttpSession.class.getClassLoader(), new Class<?>[] {HttpSession.class}, (proxy, method, args) ->
                switch (method.getName()) {
                    case "getAttribute" -> attributes.get((String) args[0]);
                    case "setAttribute" -> {
                        onWrite.run();
                        yield attributes.put((String) args[0], args[1]);
                    }
                    case "getId" -> id;
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
    void rememberTheNewestLoginsThoughAPageClaimsAnother() {
        HttpSession session = session(1800, Duration.ZERO);
        for (int i = 0; i < 1_000; i++) {
            HttpSessions.bind(session, "a user", "login" + i);
        }
        assertThat(HttpSessions.logins(session)).hasSize(10).startsWith("login990 a user").endsWith("login999 a user");
    }

    @Test
    void aLoginThatIsKnownIsNotWrittenAgain() {
        AtomicInteger writes = new AtomicInteger();
        HttpSession session = session("id", 1800, Duration.ZERO, writes::incrementAndGet);
        HttpSessions.bind(session, "a user", "login1");
        HttpSessions.bind(session, "a user", "login1");
        assertThat(writes).hasValue(1);
    }

    @Test
    void oneThatIsSlowToWriteHoldsUpNoOther() throws Exception {
        CountDownLatch writes = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HttpSession slow = session("a", 1800, Duration.ZERO, () -> {
            writes.countDown();
            try {
                assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> HttpSessions.bind(slow, "a user", "login1"));
        assertThat(writes.await(20, TimeUnit.SECONDS)).isTrue();
        HttpSession other = session("b", 1800, Duration.ZERO, () -> { });
        CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(() -> HttpSessions.bind(other, "another", "login2"));
        try {
            assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            goOn.countDown();
        }
        first.get(10, TimeUnit.SECONDS);
    }

    @Test
    void rememberWhoseLoginsHangOnThem() {
        HttpSession session = session(1800, Duration.ZERO);
        HttpSessions.bind(session, "a user", "login1");
        HttpSessions.bind(session, "a user", "login2");
        assertThat(HttpSessions.logins(session)).containsExactlyInAnyOrder("login1 a user", "login2 a user");
    }
}
