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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
    private static final String SIGN_ONS = "dev.bellhop.logout.sign-ons";
    private static final int MOST = 10;

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
            String user = request.getUserPrincipal().getName();
            String signOn = signOn(request);
            if (!isNoted(session, user, signOn)) { // why asked first: nearly every request goes without the lock
                note(session, user, signOn);
            }
        } catch (IllegalStateException ended) {
            return; // by this request: it has been told
        }
    }

    private static boolean isNoted(HttpSession session, String user, String signOn) {
        return user.equals(session.getAttribute(USER)) && (signOn == null || signOns(session).contains(signOn));
    }

    /**
     * Why more than one sign-on: the request that logs in does not carry the cookie yet, or still an old one, and it may end after
     * the next request, which does.
     */
    private static synchronized void note(HttpSession session, String user, String signOn) {
        if (!user.equals(session.getAttribute(USER))) {
            session.setAttribute(USER, user);
            session.removeAttribute(SIGN_ONS);
        }
        List<String> known = signOns(session);
        if (signOn != null && !known.contains(signOn)) {
            List<String> all = new ArrayList<>(known.subList(Math.max(0, known.size() - MOST + 1), known.size()));
            all.add(signOn);
            session.setAttribute(SIGN_ONS, String.join(" ", all)); // why a text: where sessions are replicated, any server can
        }
    }

    private static List<String> signOns(HttpSession session) {
        return session.getAttribute(SIGN_ONS) instanceof String all ? List.of(all.split(" ")) : List.of();
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        HttpSession session = event.getSession();
        if (!(session.getAttribute(USER) instanceof String user)) {
            return;
        }
        List<String> signOns = signOns(session);
        List<String> logins = signOns.isEmpty() ? List.of(digest(session.getId())) : signOns;
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName bellhop : server.queryNames(new ObjectName("dev.bellhop:type=Logins,*"), null)) {
                for (String login : logins) {
                    server.invoke(bellhop, "ended", new Object[] {user, login}, new String[] {String.class.getName(), String.class.getName()});
                }
            }
        } catch (JMException e) {
            LOG.log(System.Logger.Level.WARNING, "Bellhop could not be told that a login has ended: {0}. Its pages close at the next login check.", e.toString());
        }
    }

    /** The digest of the request's sign-on cookie, or null. As dev.bellhop.identity.Identity makes it: this class goes alone into another application. */
    private static String signOn(HttpServletRequest request) {
        String more = request.getServletContext().getInitParameter(SSO_COOKIES);
        Cookie[] cookies = request.getCookies() == null ? new Cookie[0] : request.getCookies();
        return Arrays.stream(cookies)
                .filter(cookie -> KNOWN_COOKIES.contains(cookie.getName())
                        || (more != null && Arrays.asList(more.split("\\s*,\\s*")).contains(cookie.getName())))
                .map(Cookie::getValue).findFirst().map(LogoutSignal::digest).orElse(null);
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
