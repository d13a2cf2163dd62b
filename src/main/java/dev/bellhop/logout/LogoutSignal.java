package dev.bellhop.logout;

import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * For an existing application beside {@code bellhop.war}: tells Bellhop at once when a login ends, as its HTTP session is
 * ended by logging out, by {@code invalidate}, or by not having been used. {@code bellhop-*-logout.jar} in the application's
 * {@code WEB-INF/lib} is all it takes; it holds this class and a web fragment that names it.
 *
 * <p>Open Liberty's sign-on gives no other signal. WildFly and Payara tell of a logout by themselves, but not that only the
 * application's HTTP session has expired.
 *
 * <p>Needs nothing but the JDK and the Servlet API; without Bellhop on the server it does nothing. Thread-safe.
 */
public class LogoutSignal implements HttpSessionListener, ServletRequestListener {
    private static final System.Logger LOG = System.getLogger(LogoutSignal.class.getName());

    /** The cookies of the servers' single sign-ons; more, parted by commas, with the context parameter of that name. */
    private static final String SSO_COOKIES = "dev.bellhop.sso-cookies";
    private static final Set<String> KNOWN_COOKIES = Set.of("JSESSIONIDSSO", "LtpaToken2");

    private static final String USER = "dev.bellhop.logout.user";
    private static final String LOGIN = "dev.bellhop.logout.login";

    /** Notes whose login the HTTP session belongs to; when the session has gone, nobody knows any more. */
    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        if (!(event.getServletRequest() instanceof HttpServletRequest request) || request.getUserPrincipal() == null) {
            return;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        try {
            String login = loginId(request, session);
            if (!login.equals(session.getAttribute(LOGIN))) {
                session.setAttribute(USER, request.getUserPrincipal().getName());
                session.setAttribute(LOGIN, login);
            }
        } catch (IllegalStateException ended) {
            return; // by this request: it has been told
        }
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        Object user = event.getSession().getAttribute(USER);
        Object login = event.getSession().getAttribute(LOGIN);
        if (user == null || login == null) {
            return;
        }
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName bellhop : server.queryNames(new ObjectName("dev.bellhop:type=Logins,*"), null)) {
                server.invoke(bellhop, "ended", new Object[] {user, login}, new String[] {String.class.getName(), String.class.getName()});
            }
        } catch (JMException e) {
            LOG.log(System.Logger.Level.WARNING, "Bellhop could not be told that a login has ended: {0}. Its pages close at the next login check.", e.toString());
        }
    }

    // as dev.bellhop.identity.Identity does it: this class goes alone into another application
    private static String loginId(HttpServletRequest request, HttpSession session) {
        String more = request.getServletContext().getInitParameter(SSO_COOKIES);
        Cookie[] cookies = request.getCookies() == null ? new Cookie[0] : request.getCookies();
        return Arrays.stream(cookies)
                .filter(cookie -> KNOWN_COOKIES.contains(cookie.getName())
                        || (more != null && Arrays.asList(more.split("\\s*,\\s*")).contains(cookie.getName())))
                .map(Cookie::getValue).findFirst().map(LogoutSignal::digest)
                .orElseGet(() -> digest(session.getId()));
    }

    private static String digest(String secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
