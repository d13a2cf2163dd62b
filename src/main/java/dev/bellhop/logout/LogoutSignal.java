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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * For an existing application beside {@code bellhop.war}: tells Bellhop at once when somebody logs out, and asks it to check a
 * login whose HTTP session has expired. {@code bellhop-logout.jar} in the application's {@code WEB-INF/lib} is all it takes; it
 * holds this class and a web fragment that names it.
 *
 * <p>Needs nothing but the JDK and the Servlet API; without Bellhop on the server it does nothing. Thread-safe.
 */
/*
 * What it tells, and why:
 *
 * An HTTP session ends within a request: somebody logs out. The pages of that login close at once (sessionEnded). But only the
 * server knows whether the login has ended too: on Open Liberty it outlives the HTTP session unless request.logout() is called. So
 * Bellhop remembers that the login has ended (ended) only if this request came with its cookie, and ends with no user.
 *
 * An HTTP session ends outside of a request, or had expired before: nobody used this application for a while. The same login may be
 * in use in another application, and on Open Liberty it goes on without any HTTP session. So the pages only show their login again
 * (check), and the server decides.
 */
public class LogoutSignal implements HttpSessionListener, ServletRequestListener {
    private static final System.Logger LOG = System.getLogger(LogoutSignal.class.getName());

    /** The cookies of the servers' single sign-ons; more, separated by commas, with the context parameter of that name. */
    private static final String SSO_COOKIES = "dev.bellhop.sso-cookies";
    private static final Set<String> KNOWN_COOKIES = Set.of("JSESSIONIDSSO", "LtpaToken2");

    private static final String USER = "dev.bellhop.logout.user";
    private static final String SIGN_ONS = "dev.bellhop.logout.sign-ons";
    /** Of a request: the sign-on that it came with. */
    private static final String SIGN_ON = "dev.bellhop.logout.sign-on";
    private static final int MOST = 10;
    /** Why several: a server may take its time to note an attribute, and any client may have one noted. */
    private static final Object[] LOCKS = Stream.generate(Object::new).limit(64).toArray();

    /** Methods of servlets, filters and Payara's connector, and those in which WildFly and Open Liberty answer a request. */
    private static final Set<String> ANSWERING = Set.of("service", "doFilter", "handleRequest");

    /** Which logins the current request of this thread has logged out of: user, login id, user, login id… */
    // why texts alone: what a pool's thread keeps must not hold the application's class loader
    private static final ThreadLocal<List<String>> LOGGED_OUT = new ThreadLocal<>();

    /** Notes the sign-on of a request whose user the server knows from the start: the request may be the one that logs out. */
    @Override
    public void requestInitialized(ServletRequestEvent event) {
        LOGGED_OUT.remove(); // why: a request of another application may have ended an HTTP session of this one
        if (event.getServletRequest() instanceof HttpServletRequest request) {
            String signOn = signOn(request);
            if (signOn != null) {
                request.setAttribute(SIGN_ON, signOn); // why already here: Open Liberty's logout empties the request's cookies
            }
            note(request);
        }
    }

    /** Notes whose login the HTTP session belongs to: when the session has ended, nobody knows any more. */
    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        List<String> loggedOut = LOGGED_OUT.get();
        LOGGED_OUT.remove();
        if (!(event.getServletRequest() instanceof HttpServletRequest request)) {
            return;
        }
        if (loggedOut != null && request.getUserPrincipal() == null) {
            for (int i = 0; i < loggedOut.size(); i += 2) {
                if (loggedOut.get(i + 1).equals(request.getAttribute(SIGN_ON))) {
                    tell("ended", loggedOut.get(i), loggedOut.get(i + 1));
                }
            }
        }
        note(request);
    }

    private static void note(HttpServletRequest request) {
        if (request.getUserPrincipal() == null) {
            return;
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        try {
            String user = request.getUserPrincipal().getName();
            String signOn = (String) request.getAttribute(SIGN_ON);
            if (!isNoted(session, user, signOn)) { // why asked first: nearly every request goes without the lock
                synchronized (LOCKS[Math.floorMod(session.getId().hashCode(), LOCKS.length)]) {
                    note(session, user, signOn);
                }
            }
        } catch (IllegalStateException ended) {
            return; // by this request: Bellhop has been told
        }
    }

    private static boolean isNoted(HttpSession session, String user, String signOn) {
        return user.equals(session.getAttribute(USER)) && (signOn == null || signOns(session).contains(signOn));
    }

    /**
     * Why more than one sign-on: the request that logs in does not carry the cookie yet, or still carries an old one, and it may end
     * after the next request, which does.
     */
    private static void note(HttpSession session, String user, String signOn) {
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
        if (hasAged(session) || !isWithinRequest()) {
            // why "": nobody has seen the cookie of this sign-on yet, so each of the user's pages may belong to it
            (signOns.isEmpty() ? List.of("") : signOns).forEach(login -> tell("check", user, login));
            return;
        }
        List<String> loggedOut = LOGGED_OUT.get() == null ? new ArrayList<>() : LOGGED_OUT.get();
        for (String login : signOns.isEmpty() ? List.of(digest(session.getId())) : signOns) {
            tell("sessionEnded", user, login);
            loggedOut.add(user);
            loggedOut.add(login);
        }
        LOGGED_OUT.set(loggedOut);
    }

    /** Whether nobody has used it for as long as it may last: some servers find this out only within the next request. */
    private static boolean hasAged(HttpSession session) {
        int idle = session.getMaxInactiveInterval();
        return idle > 0 && System.currentTimeMillis() - session.getLastAccessedTime() >= idle * 1000L;
    }

    /**
     * Whether this thread answers a request, of whichever application: a single sign-on ends the HTTP sessions of all, Payara within
     * the request that logs out, WildFly by a request to each application, which gets no further than its security. Why the stack: no
     * listener hears of another application's requests, and an asynchronous one leaves its thread before it ends.
     */
    private static boolean isWithinRequest() {
        return StackWalker.getInstance().walk(frames -> frames.anyMatch(frame -> ANSWERING.contains(frame.getMethodName())));
    }

    private static void tell(String what, String user, String login) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            for (ObjectName bellhop : server.queryNames(new ObjectName("dev.bellhop:type=Logins,*"), null)) {
                server.invoke(bellhop, what, new Object[] {user, login}, new String[] {String.class.getName(), String.class.getName()});
            }
        } catch (JMException e) {
            LOG.log(System.Logger.Level.WARNING, "Bellhop could not be told that an HTTP session has ended: {0}. Its pages show their login again"
                    + " at the next login check. Is the logout jar of another version than bellhop.war?", e.toString());
        }
    }

    /** The digest of the request's sign-on cookie, or null. As dev.bellhop.login.Identity makes it: this class goes alone into another application. */
    private static String signOn(HttpServletRequest request) {
        String more = request.getServletContext().getInitParameter(SSO_COOKIES);
        Cookie[] cookies = request.getCookies() == null ? new Cookie[0] : request.getCookies();
        return Arrays.stream(cookies)
                .filter(cookie -> KNOWN_COOKIES.contains(cookie.getName())
                        || (more != null && Arrays.asList(more.split("\\s*,\\s*")).contains(cookie.getName())))
                .map(Cookie::getValue).filter(Objects::nonNull).findFirst().map(LogoutSignal::digest).orElse(null);
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
