package dev.bellhop.http;

import dev.bellhop.board.Boards;
import dev.bellhop.board.Groups;
import dev.bellhop.board.Spans;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.login.Gate;
import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.presence.Presence;
import dev.bellhop.presence.RollCall;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code users/{id}}: whether a user is there, and how to make them go. */
@RequestScoped
@Path(Gate.OWN + "/users/{id}")
@Produces(MediaType.APPLICATION_JSON)
public class UsersResource {
    private static final int DISCONNECTED = 4403;
    private static final int LOGGED_OUT = 4401;

    private static final int MOST = 100;

    @Inject
    private Caller caller;
    @Inject
    private Inbox inbox;
    @Inject
    private Groups groups;
    @Inject
    private Boards boards;
    @Inject
    private Presence presence;
    @Inject
    private RollCall rollCall;

    /** Of a user whom nobody has heard of: offline, and nothing kept. */
    @GET
    public String get(@PathParam("id") String id) {
        caller.requirePublisherOrAdmin();
        String user = checked(id);
        var page = inbox.page(user, null, 0);
        var member = groups.of(user);
        List<Presence.Held> held = Answers.await(presence.of(user));
        Inbox.Page marks = Answers.await(page);
        int connections = held.stream().mapToInt(Presence.Held::connections).sum();
        StringBuilder json = new StringBuilder("{\"user_id\":").append(Json.quote(user)).append(",\"online\":").append(connections > 0)
                .append(",\"connections\":").append(connections).append(",\"nodes\":[");
        for (int i = 0; i < held.size(); i++) {
            json.append(i == 0 ? "" : ",").append("{\"node\":").append(Json.quote(held.get(i).node()))
                    .append(",\"connections\":").append(held.get(i).connections()).append('}');
        }
        json.append("],\"groups\":[").append(Answers.await(member).stream().map(Json::quote).collect(Collectors.joining(",")));
        return json.append("],\"last_id\":").append(quoted(marks.end())).append(",\"unread\":").append(marks.unread())
                .append(",\"read\":").append(quoted(marks.read())).append(",\"delivered\":").append(quoted(marks.delivered())).append('}').toString();
    }

    /**
     * What each of the user's connections is doing, as their nodes answer: what is known of them nowhere else. A node that is
     * too busy to answer in time is left out, and named.
     */
    @GET
    @Path("/connections")
    public String connections(@PathParam("id") String id) {
        caller.require(Caller.ADMIN);
        String user = checked(id);
        RollCall.Answers said = Answers.await(rollCall.call(user, question -> inbox.announceQuestion(user, question)));
        String all = said.answers().stream().map(RollCall.Answer::connections).map(array -> array.substring(1, array.length() - 1))
                .filter(answer -> !answer.isEmpty()).collect(Collectors.joining(","));
        String silent = said.silent().stream().map(Json::quote).collect(Collectors.joining(","));
        return "{\"connections\":[" + all + "],\"nodes\":" + (said.answers().size() + said.silent().size()) + ",\"answered\":" + said.answers().size()
                + ",\"silent\":[" + silent + "]}";
    }

    /** The user's inbox, newest first. */
    @GET
    @Path("/messages")
    public String messages(@PathParam("id") String id, @QueryParam("before") String before, @QueryParam("limit") @DefaultValue("20") String limit) {
        caller.require(Caller.ADMIN);
        String user = checked(id);
        return Inboxes.json(user, Answers.await(inbox.page(user, Inboxes.before(before), LimitParameter.parse(limit, MOST))));
    }

    /** What the user has of messages for many: up to where each board was taken in, and of a group what of it is theirs. */
    @GET
    @Path("/boards")
    public String boards(@PathParam("id") String id) {
        caller.require(Caller.ADMIN);
        String user = checked(id);
        Boards.State state = Answers.await(boards.state(user));
        Set<String> names = new TreeSet<>(state.taken().keySet());
        names.add(Address.EVERYONE.board());
        state.groups().keySet().forEach(group -> names.add(Address.group(group).board()));
        String all = names.stream().filter(board -> Address.ofBoard(board) != null).map(board -> {
            Address to = Address.ofBoard(board);
            String spans = to.kind() != Address.Kind.GROUP ? "" : state.groups().getOrDefault(to.name(), new Spans(List.of())).all().stream()
                    .map(span -> "{\"from\":" + quoted(span.from()) + ",\"to\":" + quoted(span.to()) + '}')
                    .collect(Collectors.joining(",", ",\"member\":[", "]"));
            return "{\"board\":" + Json.quote(board) + ',' + to.json() + ",\"taken\":" + quoted(state.taken().get(board)) + spans + '}';
        }).collect(Collectors.joining(","));
        return "{\"user_id\":" + Json.quote(user) + ",\"boards\":[" + all + "]}";
    }

    /** Closes all connections of the user on every node. */
    @DELETE
    @Path("/connections")
    public Response disconnect(@PathParam("id") String id, @QueryParam("reason") String reason) {
        caller.require(Caller.ADMIN);
        if (reason != null && !reason.equals("logout")) {
            throw new Problem(Code.BAD_MESSAGE, "reason must be logout, or not be there");
        }
        Answers.await(inbox.announceDisconnect(checked(id), reason == null ? DISCONNECTED : LOGGED_OUT));
        return Response.noContent().build();
    }

    static String checked(String id) {
        try {
            return Message.userId(id);
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }

    private static String quoted(Object position) {
        return position == null ? "null" : Json.quote(position.toString());
    }
}
