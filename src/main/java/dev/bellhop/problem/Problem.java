package dev.bellhop.problem;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/**
 * Why a call was refused (<a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>): a {@link Code} for programs, and a
 * sentence for people.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The media type of {@link #json}. */
    public static final String TYPE = "application/problem+json";

    /** Stable: programs may rely on them. */
    public enum Code {
        /** The body is not one JSON object. */
        BAD_JSON(400),
        /** The body or a parameter is not what the call takes. */
        BAD_MESSAGE(400),
        /** Nobody is logged in, or the password is wrong. */
        UNAUTHENTICATED(401),
        /** Logged in, but without the role. */
        FORBIDDEN(403),
        /** A page of another site asks in its user's name. */
        CROSS_SITE(403),
        NOT_FOUND(404),
        METHOD_NOT_ALLOWED(405),
        NOT_ACCEPTABLE(406),
        /** The scheduled message has been sent. */
        ALREADY_SENT(409),
        TOO_LARGE(413),
        /** The body is of no type that the call takes. */
        UNSUPPORTED_MEDIA_TYPE(415),
        /** As many as may at once do so already. */
        TOO_MANY(429),
        INTERNAL(500),
        /** Redis is away. What was asked for may or may not have been done; with the same {@code id} it may be repeated. */
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }

        /** As in the answer. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Code code;

    public Problem(Code code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    /** What is wrong with a message, as the other doors say it too. */
    public static Problem of(BadMessageException e) {
        Code code = switch (e.code()) {
            case BadMessageException.BAD_JSON -> Code.BAD_JSON;
            case BadMessageException.TOO_LARGE -> Code.TOO_LARGE;
            default -> Code.BAD_MESSAGE;
        };
        return new Problem(code, e.getMessage());
    }

    public Code code() {
        return code;
    }

    /** The header {@code Retry-After}: in how many seconds to try again, or null if there is no use in it. */
    public String retryAfter() {
        return code == Code.UNAVAILABLE ? "2" : null;
    }

    /** Answers with it, outside JAX-RS. */
    public void answer(HttpServletResponse response) throws IOException {
        if (retryAfter() != null) {
            response.setHeader("Retry-After", retryAfter());
        }
        response.setStatus(code.status());
        response.setContentType(TYPE);
        response.setCharacterEncoding("UTF-8");
        response.getWriter().print(json());
    }

    /** The answer's body. */
    public String json() {
        Response.Status status = Response.Status.fromStatusCode(code.status());
        return "{\"type\":\"about:blank\",\"title\":" + Json.quote(status.getReasonPhrase()) + ",\"status\":" + code.status()
                + ",\"detail\":" + Json.quote(getMessage()) + ",\"code\":" + Json.quote(code.text()) + "}";
    }
}
