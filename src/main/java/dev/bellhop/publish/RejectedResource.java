package dev.bellhop.publish;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
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
import java.util.stream.Collectors;

/** {@code rejected}: what producers have written that is no message, newest first, each shortened. */
@RequestScoped
@Path("/rejected")
@Produces(MediaType.APPLICATION_JSON)
public class RejectedResource {
    private static final int MOST = 100;

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

    /** As Bellhop has written it down, or whatever else somebody has put into the list. */
    private static String item(String kept) {
        try {
            Json.readObject(kept);
            return kept;
        } catch (BadMessageException foreign) {
            return "{\"message\":" + Json.quote(kept) + '}';
        }
    }
}
