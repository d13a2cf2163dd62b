package dev.bellhop.live;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** What Bellhop keeps in HTTP sessions: whose connections hang on each. */
final class HttpSessions {
    /** Set in {@code bellhop.war}, where nothing but Bellhop uses the HTTP sessions. */
    static final String STANDALONE = "dev.bellhop.standalone";

    private static final String LOGINS = "dev.bellhop.logins";

    private HttpSessions() {}

    /** Whether the HTTP sessions of this application are there for connections alone. */
    static boolean areOwn(ServletContext context) {
        return Boolean.parseBoolean(context.getInitParameter(STANDALONE));
    }

    /**
     * Notes that a connection of this login hangs on the session.
     *
     * @return false if the session has ended
     */
    static boolean bind(HttpSession session, String user, String loginId) {
        synchronized (HttpSessions.class) { // two handshakes at once must not forget one another's login
            try {
                Set<String> logins = new HashSet<>(logins(session));
                logins.add(loginId + ' ' + user);
                session.setAttribute(LOGINS, logins);
                return true;
            } catch (IllegalStateException ended) {
                return false;
            }
        }
    }

    /** The logins bound to the session, each as {@code <login id> <user id>}. */
    @SuppressWarnings("unchecked")
    static Set<String> logins(HttpSession session) {
        Object logins = session.getAttribute(LOGINS);
        return logins instanceof Set<?> ? (Set<String>) logins : Set.of();
    }

    /** Whether nobody but Bellhop has put anything into the session: the application knows its users without one. */
    static boolean isOnlyOurs(HttpSession session) {
        return Collections.list(session.getAttributeNames()).stream().allMatch(LOGINS::equals);
    }

    /** Whether a session goes because it has not been used, and not because somebody ended it. */
    static boolean hasAged(HttpSession session) {
        int idle = session.getMaxInactiveInterval();
        return idle > 0 && System.currentTimeMillis() - session.getLastAccessedTime() >= idle * 1000L;
    }
}
