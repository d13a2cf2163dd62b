package dev.bellhop.login;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds out who a request comes from: the one place where this is decided. */
@SingleInstance
public class Identity {
    /** The request attribute that holds the caller's principal where the request itself does not know it. */
    public static final String CALLER = "dev.bellhop.caller";

    private final Settings settings;

    @Inject
    public Identity(Settings settings) {
        this.settings = settings;
    }

    /**
     * The user of a request: the container's principal, or the attribute of the HTTP session that
     * {@code bellhop.user.session-attribute} names.
     *
     * @param principal may be null
     * @param session   may be null
     * @return empty if nobody is logged in, or the id cannot be a user's
     */
    public Optional<String> user(Principal principal, HttpSession session) {
        String user = settings.sessionAttribute()
                .map(attribute -> session == null ? null : session.getAttribute(attribute))
                .map(Object::toString)
                .orElseGet(() -> settings.sessionAttribute().isPresent() || principal == null ? null : principal.getName());
        try {
            return user == null ? Optional.empty() : Optional.of(Message.userId(user));
        } catch (BadMessageException unusable) {
            return Optional.empty();
        }
    }

    /** Whom a request comes from, by the container or by {@link #CALLER}; may be null. */
    public static Principal principal(HttpServletRequest request) {
        return request.getAttribute(CALLER) instanceof Principal caller ? caller : request.getUserPrincipal();
    }

    /** The user of a request, as above. */
    public Optional<String> user(HttpServletRequest request) {
        return user(principal(request), request.getSession(false));
    }

    /**
     * Who opens a connection, which from now on hangs on the HTTP session.
     *
     * @param principal     may be null
     * @param session       may be null
     * @param cookieHeaders the request's {@code Cookie} headers
     * @param inRole        asks the container
     * @return empty if nobody is logged in any more
     */
    public Optional<Login> login(Principal principal, HttpSession session, List<String> cookieHeaders, Predicate<String> inRole) {
        try {
            return user(principal, session).flatMap(user -> {
                String loginId = loginId(cookieHeaders, session == null ? null : session.getId());
                if (session != null && !HttpSessions.bind(session, user, loginId)) {
                    return Optional.empty(); // logged out meanwhile
                }
                boolean ages = session == null || HttpSessions.areOwn(session.getServletContext());
                return Optional.of(new Login(user, loginId, session, ages, roles(inRole)));
            });
        } catch (IllegalStateException ended) { // the HTTP session, this very moment
            return Optional.empty();
        }
    }

    /**
     * Which of {@code bellhop.roles} a request's login holds.
     *
     * @param asks the container
     */
    public Set<String> roles(Predicate<String> asks) {
        return settings.roles().isEmpty() ? Set.of() : settings.roles().stream().filter(asks).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The login that a request belongs to: a digest of the single sign-on's cookie, which all applications and nodes share,
     * or else of the HTTP session's id. A digest, since whoever has the cookie has the login.
     *
     * @param cookieHeaders the request's {@code Cookie} headers
     * @param sessionId     may be null
     */
    public String loginId(List<String> cookieHeaders, String sessionId) {
        for (String header : cookieHeaders) {
            int end;
            for (int begin = 0; begin < header.length(); begin = end + 1) { // why not split: a header may hold thousands of them
                end = header.indexOf(';', begin) < 0 ? header.length() : header.indexOf(';', begin);
                int equals = header.indexOf('=', begin);
                if (equals > begin && equals < end && settings.ssoCookies().contains(header.substring(begin, equals).strip())) {
                    return digest(header.substring(equals + 1, end).strip());
                }
            }
        }
        return digest(String.valueOf(sessionId));
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
