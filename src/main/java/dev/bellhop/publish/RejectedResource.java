package dev.bellhop.publish;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Value;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code rejected}: what producers have written that is no message, newest first, each shortened. */
@RequestScoped
@Path("/rejected")
@Produces(MediaType.APPLICATION_JSON)
public class RejectedResource {
    private static final int MOST = 100;
    private static final int SHOWN = 2_000;
    /** The end of the year 9999: what lies beyond no page can write as a time. */
    private static final long LATEST = 253_402_300_799_999L;

    @Inject
    private Caller caller;
    @Inject
    private Redis redis;

    @GET
    public String get(@QueryParam("limit") @DefaultValue("20") String limit) {
        caller.require(Caller.ADMIN);
        int most = Limits.parse(limit, MOST);
        return Answers.await(redis.call(commands -> commands.lrange(Keys.REJECTED, 0, most - 1))).stream()
                .map(RejectedResource::item).collect(Collectors.joining(",", "{\"rejected\":[", "]}"));
    }

    /** As Bellhop has written it down, or whatever else somebody has put into the list: as a text, in part. */
    static String item(String kept) {
        try {
            Map<String, Value> fields = Json.readObject(kept);
            String message = text(fields.get("message"));
            long at = fields.containsKey("at") ? Long.parseLong(fields.get("at").raw()) : -1;
            if (message != null && at >= 0 && at <= LATEST) {
                return "{\"at\":" + at + ",\"code\":" + Json.quote(text(fields.get("code"))) + ",\"reason\":" + Json.quote(text(fields.get("reason")))
                        + ",\"message\":" + Json.quote(shortened(message)) + '}';
            }
        } catch (BadMessageException | NumberFormatException foreign) {
            // shown as it is
        }
        return "{\"message\":" + Json.quote(shortened(kept)) + '}';
    }

    private static String text(Value value) {
        return value == null || value.type() != Json.Type.STRING ? null : value.text();
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + '…';
    }
}
