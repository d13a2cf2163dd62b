package dev.bellhop.http;

import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * {@code POST messages} as nearly every backend sends it, answered without JAX-RS: that finds the resource, makes it and chooses the type of its
 * answer, which costs the server more than all that {@link MessagesResource} does. Whatever is not plain goes there, refusals of callers included.
 *
 * <p>Thread-safe.
 */
@SingleInstance
class PlainPost {
    private static final String JSON = "application/json";
    private static final Set<String> SENT = Set.of(JSON, JSON + ";charset=utf-8", JSON + "; charset=utf-8");
    private static final Set<String> WANTED = Set.of("*/*", JSON, JSON + ", */*");

    private final MessageStreams streams;

    @Inject
    PlainPost(MessageStreams streams) {
        this.streams = streams;
    }

    /** Whether this is one, from somebody who may publish. */
    static boolean is(HttpServletRequest request) {
        return request.getMethod().equals("POST") && request.getRequestURI().equals(request.getContextPath() + "/api/messages")
                && isOneOf(SENT, request.getContentType()) && (request.getHeader("Accept") == null || isOneOf(WANTED, request.getHeader("Accept")))
                && Caller.isPublisher(request);
    }

    private static boolean isOneOf(Set<String> types, String type) {
        return type != null && types.contains(type.toLowerCase(Locale.ROOT));
    }

    /** Publishes it, and answers as {@link MessagesResource} and {@link ProblemMapper} do. */
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] answer;
        try {
            answer = streams.publish(request.getInputStream()).getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException failure) {
            ProblemMapper.problem(failure).answer(response);
            return;
        }
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        response.setContentType(JSON);
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
    }
}
