package dev.bellhop.login;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.Message;
import dev.bellhop.metric.OncePerMinute;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Says in the log why handshakes are refused that look as if somebody had logged in: a wrong configuration shows in nothing else.
 * At most one line a minute for each reason. Thread-safe.
 */
@SingleInstance
public class RefusedHandshakes {
    private static final System.Logger LOG = System.getLogger(RefusedHandshakes.class.getName());

    private final Settings settings;
    private final OncePerMinute noUser = new OncePerMinute();
    private final OncePerMinute unusable = new OncePerMinute();

    @Inject
    RefusedHandshakes(Settings settings) {
        this.settings = settings;
    }

    /** A handshake has been answered with 401. */
    public void refused(HttpServletRequest request) {
        String line = line(request);
        if (line != null) {
            LOG.log(System.Logger.Level.INFO, line);
        }
    }

    /** What is to be logged about it; null: nothing, or not now. */
    String line(HttpServletRequest request) {
        if (settings.sessionAttribute().isPresent()) {
            return null; // then the server's login does not count, and what the application writes into its HTTP session is its own matter
        }
        if (request.getUserPrincipal() != null) {
            return line(unusable, "A handshake was answered with 401: its user's name cannot be a user id, which has 1 to %s characters and no"
                    + " control character. %d more since the last such line.", Message.MAX_USER_ID);
        }
        return signOn(request).map(cookie -> line(noUser, "A handshake came with the single sign-on's cookie %s, but the server knows no user"
                + " for it, so it was answered with 401. If its login has just ended, all is well. If nobody gets in, the application and"
                + " Bellhop do not share their login: see \"Nobody gets in\" in servers.md. %d more since the last such line.", cookie)).orElse(null);
    }

    private static String line(OncePerMinute reason, String format, Object about) {
        OptionalLong heldBack = reason.next();
        return heldBack.isPresent() ? format.formatted(about, heldBack.getAsLong()) : null;
    }

    private Optional<String> signOn(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies() == null ? new Cookie[0] : request.getCookies();
        return Arrays.stream(cookies).map(Cookie::getName).filter(settings.ssoCookies()::contains).findFirst();
    }
}
