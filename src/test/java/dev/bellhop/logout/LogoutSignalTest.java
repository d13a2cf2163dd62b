package dev.bellhop.logout;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Principal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the application's listener tells of a login that ends. */
class LogoutSignalTest {

    /** As {@code dev.bellhop.live.LoginsMBean}, which another application does not see. */
    public interface Told {
        void ended(String user, String loginId);
    }

    private final List<String> told = new ArrayList<>();
    private final LogoutSignal signal = new LogoutSignal();
    private final HttpSession session = session("session1");
    private ObjectName name;

    @BeforeEach
    void listen() throws Exception {
        name = new ObjectName("dev.bellhop:type=Logins,context=test");
        Told bellhop = (user, loginId) -> told.add(user + ' ' + loginId);
        ManagementFactory.getPlatformMBeanServer().registerMBean(new StandardMBean(bellhop, Told.class), name);
    }

    @AfterEach
    void stopListening() throws Exception {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    }

    private static <T> T made(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(LogoutSignalTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static HttpSession session(String id) {
        Map<String, Object> attributes = new HashMap<>();
        return made(HttpSession.class, (proxy, method, args) -> switch (method.getName()) {
            case "getId" -> id;
            case "getAttribute" -> attributes.get((String) args[0]);
            case "setAttribute" -> attributes.put((String) args[0], args[1]);
            case "removeAttribute" -> attributes.remove((String) args[0]);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /** A request of this user's has been answered; it carried these cookies: name, value. */
    private void answered(String user, String... cookies) {
        ServletContext context = made(ServletContext.class, (proxy, method, args) -> null);
        Principal principal = user == null ? null : () -> user;
        Cookie[] sent = IntStream.range(0, cookies.length / 2).mapToObj(i -> new Cookie(cookies[2 * i], cookies[2 * i + 1])).toArray(Cookie[]::new);
        HttpServletRequest request = made(HttpServletRequest.class, (proxy, method, args) -> switch (method.getName()) {
            case "getUserPrincipal" -> principal;
            case "getSession" -> session;
            case "getServletContext" -> context;
            case "getCookies" -> sent;
            default -> throw new UnsupportedOperationException(method.getName());
        });
        signal.requestDestroyed(new ServletRequestEvent(context, request));
    }

    private void end() {
        signal.sessionDestroyed(new HttpSessionEvent(session));
    }

    private static String digest(String secret) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)), 0, 16);
    }

    @Test
    void tellsOfTheSignOn() throws Exception {
        answered(null);
        answered("alice", "JSESSIONID", "session1", "JSESSIONIDSSO", "sign-on");
        answered("alice", "JSESSIONID", "session1", "JSESSIONIDSSO", "sign-on");
        end();
        assertThat(told).containsExactly("alice " + digest("sign-on"));
    }

    /** Servers answer before they say that a request is over, and the browser's next request may be over first. */
    @Test
    void aRequestThatLogsInAndEndsLateHidesNoSignOn() throws Exception {
        answered("alice", "JSESSIONIDSSO", "sign-on");
        answered("alice");
        end();
        assertThat(told).containsExactly("alice " + digest("sign-on"));
    }

    @Test
    void norDoesOneThatStillCarriesAnOldCookie() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        answered("alice", "LtpaToken2", "old");
        end();
        assertThat(told).containsExactly("alice " + digest("sign-on"), "alice " + digest("old"));
    }

    @Test
    void withoutASignOnTellsOfTheHttpSession() throws Exception {
        answered("alice", "JSESSIONID", "session1");
        end();
        assertThat(told).containsExactly("alice " + digest("session1"));
    }

    @Test
    void anotherUsersSignOnIsNotTheirs() throws Exception {
        answered("alice", "JSESSIONIDSSO", "hers");
        answered("bob", "JSESSIONIDSSO", "his");
        end();
        assertThat(told).containsExactly("bob " + digest("his"));
    }

    @Test
    void ofVeryManyTheNewestCount() throws Exception {
        for (int i = 0; i < 100; i++) {
            answered("alice", "LtpaToken2", "sign-on" + i);
        }
        end();
        assertThat(told).hasSize(10).endsWith("alice " + digest("sign-on99"));
    }

    @Test
    void anHttpSessionOfNobodysIsNothingToTell() {
        answered(null, "JSESSIONIDSSO", "sign-on");
        end();
        assertThat(told).isEmpty();
    }
}
