package dev.bellhop.login;

import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Tells a browser that pages of the origins in {@code bellhop.origins} may read an answer and send cookies with the request
 * (<a href="https://fetch.spec.whatwg.org/#http-cors-protocol">CORS</a>, with credentials). Pages of all other origins are told
 * nothing, and so their browser keeps the answer from them.
 *
 * <p>Thread-safe.
 */
@SingleInstance
public class Cors {
    /** Browsers ask again after so many seconds, or sooner. */
    private static final String MAX_AGE = "600";

    private final Origins origins;

    @Inject
    Cors(Origins origins) {
        this.origins = origins;
    }

    /**
     * Writes the headers that the request's origin may have. To be called before anything is answered, refusals included: a page
     * that cannot read that nobody is logged in would try again for ever.
     *
     * @return true if the request was a browser's question beforehand (a preflight), which is answered now
     */
    public boolean answer(HttpServletRequest request, HttpServletResponse response) {
        if (!origins.areAnyListed()) {
            return false;
        }
        response.addHeader("Vary", "Origin"); // why always: a cache must not give one origin's answer to another
        String origin = request.getHeader("Origin");
        if (!origins.isListed(origin)) {
            return false;
        }
        response.setHeader("Access-Control-Allow-Origin", origin); // why not *: browsers refuse it with credentials
        response.setHeader("Access-Control-Allow-Credentials", "true");
        response.setHeader("Access-Control-Expose-Headers", "Retry-After");
        if (!request.getMethod().equals("OPTIONS") || request.getHeader("Access-Control-Request-Method") == null) {
            return false;
        }
        response.setHeader("Access-Control-Allow-Methods", "GET, POST");
        response.setHeader("Access-Control-Allow-Headers", "Content-Type, Last-Event-ID, Cache-Control");
        response.setHeader("Access-Control-Max-Age", MAX_AGE);
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        return true;
    }
}
