package dev.bellhop.http;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** What callers write, taken as the API takes it. */
public final class HttpText {
    private HttpText() {}

    /** Anything thrown is a fault: what is refused, is refused with a {@link Problem}. */
    public static void take(String text, int most) {
        byte[] bytes = text.getBytes(text.length() % 2 == 0 ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16);
        try {
            String body = Body.read(new ByteArrayInputStream(bytes), most);
            if (Publication.parse(body, java.util.Set.of("manager"), most, Instant.now()).messages().isEmpty()) {
                throw new AssertionError("a publication of nothing");
            }
        } catch (Problem refused) {
            answered(refused);
        }
        try {
            Publication.pushAt(Json.readObject(text).get("push_at"), Instant.now());
        } catch (Problem refused) {
            answered(refused);
        } catch (BadMessageException refused) {
            answered(Problem.of(refused));
        }
        try {
            LimitParameter.parse(text, 100);
        } catch (Problem refused) {
            answered(refused);
        }
        try {
            Inboxes.before(text);
        } catch (Problem refused) {
            answered(refused);
        }
    }

    private static void answered(Problem refused) {
        int status = refused.code().status();
        if (status < 400 || status >= 500 || !refused.json().startsWith("{\"type\":\"about:blank\"")) {
            throw new AssertionError("not a caller's fault: " + refused.json());
        }
    }
}
