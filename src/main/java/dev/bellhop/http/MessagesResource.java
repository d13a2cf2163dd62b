package dev.bellhop.http;

import dev.bellhop.login.Gate;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;

/** {@code POST messages}: publishes to one user or many, now or later. */
@RequestScoped
@Path(Gate.OWN + "/messages")
public class MessagesResource {
    private static final String LINES = "application/x-ndjson";

    @Inject
    private Caller caller;
    @Inject
    private MessageStreams streams;

    /** Answered when every message is kept. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response post(InputStream body) {
        caller.require(Caller.PUBLISHER);
        return publish(body);
    }

    /** A publication on each line; each is answered by a line when it is kept. */
    @POST
    @Consumes(LINES)
    @Produces(LINES)
    public Response lines(InputStream body) {
        caller.require(Caller.PUBLISHER);
        return Response.accepted(streams.lines(body)).build();
    }

    Response publish(InputStream body) {
        return Response.accepted(streams.publish(body)).build();
    }
}
