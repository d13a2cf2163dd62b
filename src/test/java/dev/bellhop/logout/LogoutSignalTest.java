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

        void sessionEnded(String user, String loginId);

        void check(String user, String loginId);
    }

    private final List<String> told = new ArrayList<>();
    private final LogoutSignal signal = new LogoutSignal();
    private final HttpSession session = session("session1");
    private final ServletContext context = made(ServletContext.class, (proxy, method, args) -> null);
    private ObjectName name;
    private int idle = 1800;
    private long unusedMillis;

    @BeforeEach
    void listen() throws Exception {
        name = new ObjectName("dev.bellhop:type=Logins,context=test");
        Told bellhop = made(Told.class, (proxy, method, args) -> {
            told.add(method.getName() + ' ' + args[0] + ' ' + args[1]);
            return null;
        });
        ManagementFactory.getPlatformMBeanServer().registerMBean(new StandardMBean(bellhop, Told.class), name);
    }

    @AfterEach
    void stopListening() throws Exception {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    }

    private static <T> T made(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(LogoutSignalTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private HttpSession session(String id) {
        Map<String, Object> attributes = new HashMap<>();
        return made(HttpSession.class, (proxy, method, args) -> switch (method.getName()) {
            case "getId" -> id;
            case "getAttribute" -> attributes.get((String) args[0]);
            case "setAttribute" -> attributes.put((String) args[0], args[1]);
            case "removeAttribute" -> attributes.remove((String) args[0]);
            case "getMaxInactiveInterval" -> idle;
            case "getLastAccessedTime" -> System.currentTimeMillis() - unusedMillis;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    /** A browser's request; it carries these cookies: name, value. */
    private final class Request {
        private String user;
        private boolean hasSession = true;
        private final Map<String, Object> attributes = new HashMap<>();
        private final Cookie[] sent;
        private final HttpServletRequest request;

        Request(String user, String... cookies) {
            this.user = user;
            sent = IntStream.range(0, cookies.length / 2).mapToObj(i -> new Cookie(cookies[2 * i], cookies[2 * i + 1])).toArray(Cookie[]::new);
            request = made(HttpServletRequest.class, (proxy, method, args) -> switch (method.getName()) {
                case "getUserPrincipal" -> this.user == null ? null : (Principal) () -> this.user;
                case "getSession" -> hasSession ? session : null;
                case "getServletContext" -> context;
                case "getCookies" -> sent;
                case "getAttribute" -> attributes.get((String) args[0]);
                case "setAttribute" -> attributes.put((String) args[0], args[1]);
                default -> throw new UnsupportedOperationException(method.getName());
            });
        }

        Request begins() {
            signal.requestInitialized(new ServletRequestEvent(context, request));
            return this;
        }

        Request withoutSession() {
            hasSession = false;
            return this;
        }

        /** The server's method is known by its name. */
        Request endsSession() {
            doFilter();
            return this;
        }

        private void doFilter() {
            end();
        }

        /** As Open Liberty's logout does it, which also empties the cookies. */
        Request becomesNobodys() {
            user = null;
            List.of(sent).forEach(cookie -> cookie.setValue(null));
            return this;
        }

        void ends() {
            signal.requestDestroyed(new ServletRequestEvent(context, request));
        }
    }

    private Request request(String user, String... cookies) {
        return new Request(user, cookies).begins();
    }

    private void answered(String user, String... cookies) {
        request(user, cookies).ends();
    }

    /** The HTTP session ends, on a thread that has no request unless its caller is one. */
    private void end() {
        signal.sessionDestroyed(new HttpSessionEvent(session));
    }

    private static String digest(String secret) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)), 0, 16);
    }

    @Test
    void aLogoutIsToldAtOnceAndIsFinalOnceTheRequestHasNoUser() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        Request leaving = request("alice", "LtpaToken2", "sign-on").endsSession();
        assertThat(told).as("at once").containsExactly("sessionEnded alice " + digest("sign-on"));
        leaving.becomesNobodys().ends();
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"), "ended alice " + digest("sign-on"));
    }

    /** On Open Liberty the login is as good as before then, and nothing may keep its pages away. */
    @Test
    void ifOnlyTheHttpSessionIsEndedNothingIsFinal() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        request("alice", "LtpaToken2", "sign-on").endsSession().ends();
        answered(null, "LtpaToken2", "sign-on");
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"));
    }

    @Test
    void anotherUsersLogoutIsFinalForNobodyElse() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        new Request("admin", "LtpaToken2", "admin's").withoutSession().begins().endsSession().becomesNobodys().ends();
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"));
    }

    @Test
    void anHttpSessionThatExpiresIsNoLogout() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        end();
        assertThat(told).containsExactly("check alice " + digest("sign-on"));
    }

    @Test
    void norIfTheServerNoticesOnlyWithinTheNextRequest() throws Exception {
        answered("alice", "JSESSIONIDSSO", "sign-on");
        unusedMillis = idle * 1000L;
        request(null, "JSESSIONIDSSO", "sign-on").endsSession().ends();
        assertThat(told).containsExactly("check alice " + digest("sign-on"));
    }

    @Test
    void withoutATimeOutAnHttpSessionDoesNotExpireWithinARequest() throws Exception {
        unusedMillis = 100_000_000;
        for (int never : new int[] {0, -1}) {
            idle = never;
            told.clear();
            answered("alice", "JSESSIONIDSSO", "sign-on");
            request("alice", "JSESSIONIDSSO", "sign-on").endsSession().ends();
            assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"));
        }
    }

    /** As Payara does: the answer to the first request brings the sign-on's cookie. */
    @Test
    void theRequestThatLogsOutMayBeTheFirstWithTheSignOn() throws Exception {
        answered("alice", "JSESSIONID", "session1");
        request("alice", "JSESSIONID", "session1", "JSESSIONIDSSO", "sign-on").endsSession().becomesNobodys().ends();
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"), "ended alice " + digest("sign-on"));
    }

    @Test
    void whereNoSignOnIsKnownYetAllPagesOfTheUserAreAsked() {
        answered("alice", "JSESSIONID", "session1");
        end();
        assertThat(told).containsExactly("check alice ");
    }

    /** As WildFly does it to the other applications of a sign-on: by a request that carries nothing and reaches no servlet. */
    @Test
    void whatTheServersSecurityEndsIsALogout() throws Exception {
        answered("alice", "JSESSIONIDSSO", "sign-on");
        Request callback = request(null);
        handleRequest();
        callback.ends();
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"));
    }

    private void handleRequest() {
        end();
    }

    /** What one application's request ends in another: the next request of that thread has nothing to do with it. */
    @Test
    void theNextRequestOfTheThreadIsNotTakenForTheOneThatLoggedOut() throws Exception {
        answered("alice", "JSESSIONIDSSO", "sign-on");
        new Request(null).endsSession();
        answered(null, "JSESSIONIDSSO", "sign-on");
        assertThat(told).containsExactly("sessionEnded alice " + digest("sign-on"));
    }

    @Test
    void tellsOfTheSignOn() throws Exception {
        answered(null);
        answered("alice", "JSESSIONID", "session1", "JSESSIONIDSSO", "sign-on");
        answered("alice", "JSESSIONID", "session1", "JSESSIONIDSSO", "sign-on");
        end();
        assertThat(told).containsExactly("check alice " + digest("sign-on"));
    }

    /** Servers answer before they say that a request is over, and the browser's next request may be over first. */
    @Test
    void aRequestThatLogsInAndEndsLateHidesNoSignOn() throws Exception {
        answered("alice", "JSESSIONIDSSO", "sign-on");
        answered("alice");
        end();
        assertThat(told).containsExactly("check alice " + digest("sign-on"));
    }

    @Test
    void norDoesOneThatStillCarriesAnOldCookie() throws Exception {
        answered("alice", "LtpaToken2", "sign-on");
        answered("alice", "LtpaToken2", "old");
        end();
        assertThat(told).containsExactly("check alice " + digest("sign-on"), "check alice " + digest("old"));
    }

    @Test
    void withoutASignOnTellsOfTheHttpSession() throws Exception {
        answered("alice", "JSESSIONID", "session1");
        request("alice", "JSESSIONID", "session1").endsSession().ends();
        assertThat(told).containsExactly("sessionEnded alice " + digest("session1"));
    }

    @Test
    void anotherUsersSignOnIsNotTheirs() throws Exception {
        answered("alice", "JSESSIONIDSSO", "hers");
        answered("bob", "JSESSIONIDSSO", "his");
        end();
        assertThat(told).containsExactly("check bob " + digest("his"));
    }

    @Test
    void ofVeryManyTheNewestCount() throws Exception {
        for (int i = 0; i < 100; i++) {
            answered("alice", "LtpaToken2", "sign-on" + i);
        }
        end();
        assertThat(told).hasSize(10).endsWith("check alice " + digest("sign-on99"));
    }

    @Test
    void anHttpSessionOfNobodysIsNothingToTell() {
        answered(null, "JSESSIONIDSSO", "sign-on");
        end();
        assertThat(told).isEmpty();
    }
}
