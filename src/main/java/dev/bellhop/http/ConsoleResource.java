package dev.bellhop.http;

import dev.bellhop.login.Gate;
import dev.bellhop.message.Address;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import dev.bellhop.stats.Watchers;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;

/** {@code console}: what the operator's page needs besides the rest. */
@RequestScoped
@Path(Gate.OWN + "/console")
public class ConsoleResource {
    @Inject
    private Caller caller;
    @Inject
    private Watchers watchers;
    @Inject
    private MessagesResource messages;

    /** For a minute the caller's pages are sent what each node reports: a message {@code bellhop.node}, not kept. */
    @POST
    @Path("/watch")
    public Response watch() {
        caller.require(Caller.ADMIN);
        String user = caller.user();
        if (user.equals(Address.STAR)) {
            throw new Problem(Code.FORBIDDEN, "what is sent to a user of this name goes to everybody");
        }
        if (!Answers.await(watchers.add(user))) {
            throw new Problem(Code.TOO_MANY, Watchers.MOST + " users watch already");
        }
        return Response.noContent().build();
    }

    /** As {@code POST messages}, for an operator who tries whether a user can be reached. */
    @POST
    @Path("/messages")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response send(InputStream body) {
        caller.require(Caller.ADMIN);
        return messages.publish(body);
    }
}
