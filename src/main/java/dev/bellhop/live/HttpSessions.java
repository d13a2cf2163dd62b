package dev.bellhop.live;

import jakarta.servlet.http.HttpSession;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
        synchronized (HttpSessions.class) {
            Set<String> logins = logins(session);
            Set<String> more = ConcurrentHashMap.newKeySet();
            more.addAll(logins);
            more.add(loginId + ' ' + user);
            session.setAttribute(LOGINS, new java.util.HashSet<>(more));
        }
    }

    /** The logins bound to the session, each as {@code <login id> <user id>}. */
    @SuppressWarnings("unchecked")
    static Set<String> logins(HttpSession session) {
        Object logins = session.getAttribute(LOGINS);
        return logins instanceof Set<?> ? (Set<String>) logins : Set.of();
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
