package dev.bellhop.live;

import jakarta.servlet.http.HttpSession;
import java.util.HashSet;
import java.util.Set;

/** What Bellhop keeps in HTTP sessions: whose connections hang on each. */
final class HttpSessions {
    private static final String OWN = "dev.bellhop.own";
    private static final String LOGINS = "dev.bellhop.logins";
    private static final int IDLE_SECONDS = 30 * 60;

    private HttpSessions() {}

    /** Notes that the session exists for connections alone: nothing else in this application uses it. */
    static void markOwn(HttpSession session) {
        session.setAttribute(OWN, Boolean.TRUE);
    }

    /** Notes that a connection of this login hangs on the session. */
    static void bind(HttpSession session, String user, String loginId) {
        synchronized (HttpSessions.class) { // two handshakes at once must not forget one another's login
            Set<String> logins = new HashSet<>(logins(session));
            logins.add(loginId + ' ' + user);
            session.setAttribute(LOGINS, logins);
        }
    }

    /** The logins bound to the session, each as {@code <login id> <user id>}. */
    @SuppressWarnings("unchecked")
    static Set<String> logins(HttpSession session) {
        Object logins = session.getAttribute(LOGINS);
        return logins instanceof Set<?> ? (Set<String>) logins : Set.of();
    }

    /**
     * Whether a session of Bellhop's own goes because it has not been used: then no page hangs on it, and the login may well
     * go on, with other sessions or on other nodes.
     */
    static boolean hasAged(HttpSession session) {
        int idle = session.getMaxInactiveInterval();
        return Boolean.TRUE.equals(session.getAttribute(OWN)) && idle > 0
                && System.currentTimeMillis() - session.getLastAccessedTime() >= idle * 1000L;
    }

    /**
     * Keeps a session of Bellhop's own while a page is open: no request refreshes it, and were it to expire, the page would
     * be told that its login had ended. Logging out still ends it.
     */
    static void hold(HttpSession session, boolean open) {
        try {
            if (session != null && Boolean.TRUE.equals(session.getAttribute(OWN))) {
                session.setMaxInactiveInterval(open ? -1 : IDLE_SECONDS);
            }
        } catch (IllegalStateException invalidated) {
            return; // nothing to hold
        }
    }
}
