package dev.bellhop.login;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.server.HandshakeRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Decides whether a request comes from a page that may use Bellhop in its user's name: a page of the request's own origin
 * (scheme, host and port), or of one in {@code bellhop.origins}. Thread-safe.
 *
 * <p>The scheme is the one that the browser used. Behind a proxy that ends TLS only the proxy knows it, so
 * {@code X-Forwarded-Proto} goes before what the server itself sees. Why it can be trusted here: a page cannot add this header
 * to a WebSocket handshake, nor to a request to another origin. Another program can, but it can also write any {@code Origin}.
 */
@SingleInstance
public class Origins {
    private static final System.Logger LOG = System.getLogger(Origins.class.getName());

    private final Settings settings;
    private final AtomicBoolean warned = new AtomicBoolean();

    @Inject
    public Origins(Settings settings) {
        this.settings = settings;
    }

    /** A request without {@code Origin} is allowed, unless the browser says that another origin's page made it. */
    public boolean allowed(HttpServletRequest request) {
        return allowed(request::getHeader, request.getScheme());
    }

    /** The same for a handshake. A server that does not tell the handshake's scheme leaves it out of the comparison. */
    public boolean allowed(HandshakeRequest handshake) {
        Map<String, List<String>> headers = handshake.getHeaders(); // why once: a server may copy them at each call
        return allowed(name -> header(headers, name), handshake.getRequestURI().getScheme());
    }

    /** Whether {@code bellhop.origins} names this origin; null is none. */
    public boolean isListed(String origin) {
        return origin != null && settings.origins().contains(origin.toLowerCase(Locale.ROOT));
    }

    /** Whether {@code bellhop.origins} names any. */
    boolean areAnyListed() {
        return !settings.origins().isEmpty();
    }

    private boolean allowed(UnaryOperator<String> header, String scheme) {
        String origin = header.apply("Origin");
        if (isListed(origin)) {
            return true;
        }
        String site = header.apply("Sec-Fetch-Site");
        if ("cross-site".equals(site) || "same-site".equals(site)) {
            return false;
        }
        if (origin == null) {
            return true; // not a browser, which always sends one
        }
        try {
            URI page = URI.create(origin);
            String host = header.apply("Host");
            if (page.getHost() == null || page.getScheme() == null || host == null) {
                return false; // "null", of a sandboxed frame or a file, belongs to nobody
            }
            String own = scheme(header.apply("X-Forwarded-Proto"), scheme);
            return isSame(page, URI.create((own == null ? page.getScheme() : own) + "://" + host));
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private boolean isSame(URI page, URI own) {
        if (!page.getHost().equalsIgnoreCase(own.getHost())) {
            return false;
        }
        if (page.getScheme().equalsIgnoreCase(own.getScheme())) {
            return port(page) == port(own);
        }
        if (page.getPort() == own.getPort() && warned.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "A page of {0} was refused, because this server takes itself for {1}. If a proxy ends TLS in front of it, "
                    + "let the proxy send X-Forwarded-Proto, or list the page''s origin in bellhop.origins. This is logged once.", text(page), text(own));
        }
        return false;
    }

    /** {@code http}, {@code https}, or null if nothing says which. Some proxies and servers call them {@code ws} and {@code wss}. */
    private static String scheme(String forwarded, String seen) {
        String proxys = forwarded == null ? null : web(forwarded.split(",", 2)[0].strip());
        return proxys != null ? proxys : seen == null ? null : web(seen);
    }

    private static String web(String scheme) {
        return switch (scheme.toLowerCase(Locale.ROOT)) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> null;
        };
    }

    private static String text(URI origin) {
        return origin.getScheme() + "://" + origin.getHost() + (origin.getPort() < 0 ? "" : ":" + origin.getPort());
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    private static String header(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        if (values == null) { // why: not every server's map is one that disregards case
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                values = name.equalsIgnoreCase(header.getKey()) ? header.getValue() : values;
            }
        }
        return values == null || values.isEmpty() ? null : values.get(0);
    }
}
