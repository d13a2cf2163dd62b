package dev.bellhop.http;

import dev.bellhop.board.Groups;
import dev.bellhop.login.Gate;
import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
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
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** {@code groups/{group}/members}: who gets what is sent to a group. */
@RequestScoped
@Path(Gate.OWN + "/groups/{group}/members")
@Produces(MediaType.APPLICATION_JSON)
public class GroupsResource {
    private static final int MOST = 1_000;

    @Inject
    private Caller caller;
    @Inject
    private Groups groups;

    /** The members by name; the cursor is null at the end. */
    @GET
    public String members(@PathParam("group") String group, @QueryParam("cursor") String cursor, @QueryParam("limit") @DefaultValue("100") String limit) {
        caller.requirePublisherOrAdmin();
        int most = LimitParameter.parse(limit, MOST);
        List<String> members = Answers.await(groups.members(group(group), after(cursor), most + 1));
        boolean more = members.size() > most;
        List<String> page = more ? members.subList(0, most) : members;
        StringBuilder json = new StringBuilder("{\"group\":").append(Json.quote(group)).append(",\"members\":[");
        for (int i = 0; i < page.size(); i++) {
            json.append(i == 0 ? "" : ",").append(Json.quote(page.get(i)));
        }
        return json.append("],\"cursor\":").append(more ? Json.quote(cursor(page.get(most - 1))) : "null").append('}').toString();
    }

    /** Makes a user a member; nothing changes if they are one. */
    @PUT
    @Path("/{user}")
    public Response add(@PathParam("group") String group, @PathParam("user") String user) {
        caller.require(Caller.PUBLISHER);
        if (!Answers.await(groups.add(group(group), user(user)))) {
            throw new Problem(Code.TOO_MANY, "a user may be in " + Groups.MOST_OF_A_USER + " groups");
        }
        return Response.noContent().build();
    }

    /** Ends it; nothing changes if they are none. */
    @DELETE
    @Path("/{user}")
    public Response remove(@PathParam("group") String group, @PathParam("user") String user) {
        caller.require(Caller.PUBLISHER);
        Answers.await(groups.remove(group(group), user(user)));
        return Response.noContent().build();
    }

    private static String group(String group) {
        try {
            return Address.checked("group", group);
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }

    private static String user(String user) {
        if (user.equals(Address.STAR)) {
            throw new Problem(Code.BAD_MESSAGE, "* is no user");
        }
        return UsersResource.checked(user);
    }

    private static String cursor(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    private static String after(String cursor) {
        try {
            return cursor == null || cursor.isEmpty() ? null : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException none) {
            throw new Problem(Code.BAD_MESSAGE, "cursor must be one that a listing gave");
        }
    }
}
