package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.login.Cors;
import dev.bellhop.login.HttpSessions;
import dev.bellhop.login.Identity;
import dev.bellhop.login.Origins;
import dev.bellhop.login.RefusedHandshakes;
import dev.bellhop.message.Json;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns strangers away before a connection opens: 403 for a foreign origin
 * (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-10.2">RFC 6455, 10.2</a>), 401 for nobody, 429 for a user who does not stop.
 *
 * <p>Why a filter, not a security constraint: that would answer a stranger with 200 and the login page; and not
 * {@code checkOrigin}: refusing there gives other codes on other servers.
 */
@WebFilter(urlPatterns = {"/ws", EventsServlet.PATH}, asyncSupported = true)
public class HandshakeFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(HandshakeFilter.class.getName());
    private static final int MOST_OF_A_HEADER = 200;
    /** How long an HTTP session lasts that came about with a handshake that is refused. Why not ended at once: that would be a logout. */
    private static final int REFUSED_SECONDS = 10;
    private static final String VERSION_HEADER = "Sec-WebSocket-Version";
    /** Of the protocol: <a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.4">RFC 6455, 4.4</a>. */
    private static final String VERSION = "13";

    @Inject
    private transient Settings settings;
    @Inject
    private transient Origins origins;
    @Inject
    private transient Cors cors;
    @Inject
    private transient Identity identity;
    @Inject
    private transient RefusedHandshakes refusedHandshakes;
    @Inject
    private transient Handshakes handshakes;
    @Inject
    private transient Metrics metrics;
    @Inject
    private transient Connections connections;
    private final transient OncePerMinute tooMany = new OncePerMinute();

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean events = request.getServletPath().equals(EventsServlet.PATH);
        if (events && cors.answer(request, response)) { // why not for a WebSocket: browsers ask for none
            return;
        }
        if (!origins.allowed(request)) {
            refuse(request, response, HttpServletResponse.SC_FORBIDDEN, "origin");
            return;
        }
        HttpSession session = request.getSession(false);
        Optional<String> user = identity.user(request.getUserPrincipal(), session);
        if (user.isEmpty()) {
            refusedHandshakes.refused(request);
            refuse(request, response, HttpServletResponse.SC_UNAUTHORIZED, "login");
            return;
        }
        if (!events && !"websocket".equals(String.valueOf(request.getHeader("Upgrade")).toLowerCase(Locale.ROOT))) {
            response.setHeader("Upgrade", "websocket");
            refuse(request, response, 426, "upgrade");
            return;
        }
        if (!events && !VERSION.equals(request.getHeader(VERSION_HEADER))) { // why: one server speaks older drafts of the protocol too
            response.setHeader(VERSION_HEADER, VERSION);
            refuse(request, response, 426, "upgrade");
            return;
        }
        if (!request.isRequestedSessionIdValid() && !handshakes.take(user.get(), System.nanoTime())) {
            if (session != null && HttpSessions.areOwn(request.getServletContext())) {
                session.setMaxInactiveInterval(REFUSED_SECONDS); // why there is one: some servers make it when they see the sign-on's cookie
            }
            tooMany.next().ifPresent(others -> LOG.log(System.Logger.Level.WARNING, tooMany(user.get(), others)));
            response.setHeader("Retry-After", "1");
            refuse(request, response, 429, "rate");
            return;
        }
        if (!hasHttpSession(request)) {
            refuse(request, response, HttpServletResponse.SC_UNAUTHORIZED, "login");
            return;
        }
        LOG.log(System.Logger.Level.DEBUG, () -> line(request, identity.user(request.getUserPrincipal(), request.getSession(false)).orElse(null), "taken"));
        chain.doFilter(request, response);
    }

    static String tooMany(String user, long others) {
        return "A handshake of user " + quoted(user) + " was answered with 429: this user makes too many without an HTTP session. A script that opens connections in a loop and keeps no cookie does that. "
                + others + " more such handshakes since the last such line.";
    }

    /** For whoever wants to know who comes from where. Why quoted and cut: a stranger chooses what is in it. */
    static String line(HttpServletRequest request, String user, String outcome) {
        return "A handshake was " + outcome + ": user " + quoted(user) + ", from " + quoted(request.getRemoteAddr())
                + ", origin " + quoted(request.getHeader("Origin"));
    }

    private static String quoted(String text) {
        return text == null ? "none" : Json.quote(text.substring(0, Math.min(text.length(), MOST_OF_A_HEADER)));
    }

    /** Why now: after the upgrade it is too late, and logging out is told through it. False if that has happened this very moment. */
    private boolean hasHttpSession(HttpServletRequest request) {
        try {
            HttpSession told = request.getSession(true);
            if (HttpSessions.areOwn(request.getServletContext())) {
                // why so short: while it lasts, it keeps the server's sign-on alive, and nothing but handshakes uses it. When it ends,
                // its pages come anew, and by then the sign-on stands only if the application is in use
                told.setMaxInactiveInterval((int) settings.loginCheck().toSeconds());
            }
            return true;
        } catch (IllegalStateException ended) {
            return false;
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, int status, String reason) throws IOException {
        LOG.log(System.Logger.Level.DEBUG, () -> line(request, null, "refused (" + reason + ")"));
        metrics.counter("handshakes_refused", "Handshakes refused before the upgrade", "reason", reason).add();
        if (!response.isCommitted()) { // the server may have ended it, with the login
            response.sendError(status);
        }
    }

    /**
     * The application stops. Why already here: filters go before the HTTP sessions do, and the context's listeners only after;
     * servers close the connections of a session that goes, as if the user had logged out.
     */
    @Override
    public void destroy() {
        connections.drain();
    }
}
