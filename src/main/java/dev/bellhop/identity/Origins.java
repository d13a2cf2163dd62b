package dev.bellhop.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/** Whether a request comes from a page that may use Bellhop in its user's name. */
public final class Origins {
    private Origins() {}

    /**
     * @param allowed origins besides the request's own, in lower case
     * @return true if the {@code Origin}'s host and port are the request's, or it is listed, or there is none (then it is no
     *         browser, which always sends it)
     */
    public static boolean allowed(HttpServletRequest request, Set<String> allowed) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return true;
        }
        if (allowed.contains(origin.toLowerCase(Locale.ROOT))) {
            return true;
        }
        try {
            URI uri = URI.create(origin);
            if (uri.getHost() == null || uri.getScheme() == null) {
                return false; // "null", of a sandboxed frame or a file, is nobody's origin
            }
            String host = request.getHeader("Host");
            if (host == null) {
                return false;
            }
            URI own = URI.create(uri.getScheme() + "://" + host);
            return uri.getHost().equalsIgnoreCase(own.getHost()) && port(uri) == port(own);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
