package dev.bellhop.login;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/** What Bellhop keeps in HTTP sessions: whose connections hang on each. */
public final class HttpSessions {
    /** Set in {@code bellhop.war}, where nothing but Bellhop uses the HTTP sessions. */
    static final String STANDALONE = "dev.bellhop.standalone";

    private static final String LOGINS = "dev.bellhop.logins";

    /** Why a bound: a login is told by a cookie, and a page may claim any. A browser has one sign-on at a time. */
    private static final int MOST = 10;

    /**
     * Two handshakes at once must not forget one another's login. Why not the session itself: servers give each request an object
     * of its own for it. Why several: a server may take its time to note an attribute.
     */
    private static final Object[] LOCKS = Stream.generate(Object::new).limit(64).toArray();

    private HttpSessions() {}

    /** Whether the HTTP sessions of this application are there for connections alone. */
    public static boolean areOwn(ServletContext context) {
        return Boolean.parseBoolean(context.getInitParameter(STANDALONE));
    }

    /**
     * Notes that a connection of this login hangs on the session, which remembers the newest ten logins.
     *
     * @return false if the session has ended
     */
    static boolean bind(HttpSession session, String user, String loginId) {
        String login = loginId + ' ' + user;
        try {
            synchronized (LOCKS[Math.floorMod(session.getId().hashCode(), LOCKS.length)]) {
                Set<String> known = logins(session);
                if (!known.contains(login)) {
                    Set<String> logins = new LinkedHashSet<>(known); // a copy: the session's own may be read meanwhile
                    logins.add(login);
                    Iterator<String> oldest = logins.iterator();
                    while (logins.size() > MOST) {
                        oldest.next();
                        oldest.remove();
                    }
                    session.setAttribute(LOGINS, logins.size() == 1 ? Set.of(login) : logins); // why: most hold one, and this takes a tenth of the memory
                }
                return true;
            }
        } catch (IllegalStateException ended) {
            return false;
        }
    }

    /** The logins bound to the session, each as {@code <login id> <user id>}, oldest first. */
    @SuppressWarnings("unchecked")
    public static Set<String> logins(HttpSession session) {
        Object logins = session.getAttribute(LOGINS);
        return logins instanceof Set<?> ? (Set<String>) logins : Set.of();
    }

    /** Whether nobody but Bellhop has put anything into the session: the application knows its users without one. */
    public static boolean isOnlyOurs(HttpSession session) {
        return Collections.list(session.getAttributeNames()).stream().allMatch(LOGINS::equals);
    }

    /** Whether a session goes because it has not been used, and not because somebody ended it. */
    public static boolean hasAged(HttpSession session) {
        int idle = session.getMaxInactiveInterval();
        return idle > 0 && System.currentTimeMillis() - session.getLastAccessedTime() >= idle * 1000L;
    }
}
