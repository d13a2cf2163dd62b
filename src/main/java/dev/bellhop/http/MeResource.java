package dev.bellhop.http;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.login.Gate;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Position;
import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;

/** {@code me}: the caller, and their own inbox. */
@RequestScoped
@Path(Gate.OWN + "/me")
@Produces(MediaType.APPLICATION_JSON)
public class MeResource {
    private static final int MOST = 100;
    private static final int MAX_BODY = 1_024;

    @Inject
    private Caller caller;
    @Inject
    private Inbox inbox;

    /** Who the caller is. Asks nobody: a page that was refused finds out in this way whether anybody is logged in. */
    @GET
    public String user() {
        return "{\"user_id\":" + Json.quote(caller.user()) + '}';
    }

    /** Newest first. */
    @GET
    @Path("/messages")
    public String messages(@QueryParam("before") String before, @QueryParam("limit") @DefaultValue("20") String limit) {
        String user = caller.user();
        Position upTo = Inboxes.before(before);
        return Inboxes.json(user, Answers.await(inbox.page(user, upTo, LimitParameter.parse(limit, MOST))));
    }

    /** The user has read everything up to a message; all pages of the user are told. */
    @POST
    @Path("/read")
    @Consumes(MediaType.APPLICATION_JSON)
    public String read(InputStream body) {
        String user = caller.user();
        try {
            Json.Value id = Json.readObject(Body.read(body, MAX_BODY)).get("id");
            Position position = Position.parse(id == null ? null : id.text()).orElseThrow(() -> bad("id"));
            Inbox.ReadMark mark = Answers.await(inbox.markRead(user, position, "-"));
            return "{\"id\":\"" + mark.position() + "\",\"unread\":" + mark.unread() + '}';
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }

    private static Problem bad(String name) {
        return new Problem(Code.BAD_MESSAGE, name + " must be a message's id");
    }
}
