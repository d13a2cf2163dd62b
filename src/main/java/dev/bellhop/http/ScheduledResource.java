package dev.bellhop.http;

import dev.bellhop.login.Gate;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import dev.bellhop.schedule.Schedule;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;

/** {@code scheduled}: lists, cancels and moves messages that are not due yet. */
@RequestScoped
@Path(Gate.OWN + "/scheduled")
@Produces(MediaType.APPLICATION_JSON)
public class ScheduledResource {
    private static final int MOST = 500;
    private static final int MAX_BODY = 1_024;

    @Inject
    private Caller caller;
    @Inject
    private Schedule schedule;

    /** By due time. */
    @GET
    public String list(@QueryParam("to_user_id") String user, @QueryParam("limit") @DefaultValue("100") String limit,
            @QueryParam("cursor") String cursor) {
        caller.requirePublisherOrAdmin();
        int most = LimitParameter.parse(limit, MOST);
        Schedule.Listing listing;
        try {
            listing = Answers.await(schedule.list(user, most, cursor));
        } catch (IllegalArgumentException notACursor) {
            throw new Problem(Code.BAD_MESSAGE, "cursor must be one that was given in an answer");
        }
        List<Schedule.Item> items = listing.items();
        StringBuilder json = new StringBuilder("{\"scheduled\":[");
        for (int i = 0; i < items.size(); i++) {
            append(json.append(i == 0 ? "" : ","), items.get(i));
        }
        return json.append("],\"cursor\":").append(Json.quote(listing.cursor())).append('}').toString();
    }

    /** Cancels. */
    @DELETE
    @Path("/{id}")
    public Response cancel(@PathParam("id") String id) {
        caller.requirePublisherOrAdmin();
        done(Answers.await(schedule.cancel(id)));
        return Response.noContent().build();
    }

    /** Moves. */
    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    public String move(@PathParam("id") String id, InputStream body) {
        caller.requirePublisherOrAdmin();
        Instant due;
        try {
            Json.Value pushAt = Json.readObject(Body.read(body, MAX_BODY)).get("push_at");
            if (pushAt == null || pushAt.type() == Json.Type.NULL) {
                throw new Problem(Code.BAD_MESSAGE, "push_at is missing");
            }
            due = Publication.pushAt(pushAt, Instant.now());
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
        StringBuilder json = new StringBuilder();
        append(json, done(Answers.await(schedule.move(id, due))));
        return json.toString();
    }

    private static Schedule.Item done(Schedule.Changed changed) {
        return switch (changed.outcome()) {
            case DONE -> changed.item();
            case MISSING -> throw new Problem(Code.NOT_FOUND, "nothing is scheduled under this id");
            case SENT -> throw new Problem(Code.ALREADY_SENT, "the message has been sent");
        };
    }

    private static void append(StringBuilder json, Schedule.Item item) {
        json.append("{\"id\":").append(Json.quote(item.id()));
        Instant due = item.due();
        json.append(",\"push_at\":").append(due == null ? "null" : Json.quote(due.toString()));
        Message message = item.message();
        if (message == null) {
            json.append(",\"malformed\":true}");
            return;
        }
        json.append(',').append(message.to().json()).append(",\"msg_type\":").append(Json.quote(message.msgType()))
                .append(",\"data\":").append(message.data()).append(",\"message_id\":").append(Json.quote(message.id())).append('}');
    }
}
