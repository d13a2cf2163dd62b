package dev.bellhop.http;

import dev.bellhop.board.BoardList;
import dev.bellhop.board.Boards;
import dev.bellhop.config.Settings;
import dev.bellhop.login.Gate;
import dev.bellhop.message.Address;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Json;
import dev.bellhop.message.Position;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@code boards}: what is kept for everybody, for each role and for each group. */
@RequestScoped
@Path(Gate.OWN + "/boards")
@Produces(MediaType.APPLICATION_JSON)
public class BoardsResource {
    private static final int MOST = 100;

    @Inject
    private Caller caller;
    @Inject
    private Boards boards;
    @Inject
    private BoardList list;
    @Inject
    private Settings settings;

    /** Everybody's, those of the roles in the settings, then the others, the one used last first. */
    @GET
    public String list(@QueryParam("limit") @DefaultValue("50") String limit) {
        caller.require(Caller.ADMIN);
        Set<String> names = new LinkedHashSet<>(List.of(Address.EVERYONE.board()));
        settings.roles().stream().sorted().map(role -> Address.role(role).board()).forEach(names::add);
        names.addAll(Answers.await(list.latest(LimitParameter.parse(limit, MOST))));
        List<String> known = names.stream().filter(board -> Address.ofBoard(board) != null).toList();
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (String board : known) {
            all.add(boards.latest(board).thenApply(latest -> "{\"board\":" + Json.quote(board) + ',' + Address.ofBoard(board).json()
                    + ",\"messages\":" + latest.messages() + ",\"last_at\":" + (latest.newest() == null ? "null" : at(latest.newest())) + '}'));
        }
        return "{\"boards\":[" + String.join(",", all.stream().map(Answers::await).toList()) + "]}";
    }

    /** The messages of one board, newest first; fewer than asked for if they are large. */
    @GET
    @Path("/{board}/messages")
    public String messages(@PathParam("board") String board, @QueryParam("before") String before, @QueryParam("limit") @DefaultValue("20") String limit) {
        caller.require(Caller.ADMIN);
        if (Address.ofBoard(board) == null) {
            throw new Problem(Code.BAD_MESSAGE, "a board is everyone, role:<name> or group:<name>");
        }
        int most = LimitParameter.parse(limit, MOST);
        Boards.Stretch found = Answers.await(boards.before(board, Inboxes.before(before), most));
        List<BoardMessage> page = found.messages();
        StringBuilder json = new StringBuilder("{\"board\":").append(Json.quote(board)).append(",\"messages\":[");
        for (int i = 0; i < page.size(); i++) {
            BoardMessage message = page.get(i);
            json.append(i == 0 ? "" : ",").append("{\"id\":\"").append(message.place()).append("\",\"at\":").append(at(message.place()));
            if (!message.expires().equals("0")) {
                json.append(",\"expires_at\":\"").append(Instant.ofEpochMilli(Long.parseLong(message.expires()))).append('"');
            }
            json.append(',').append(message.frameTail());
        }
        return json.append("],\"next\":").append(found.more() ? "\"" + page.get(page.size() - 1).place() + '"' : "null").append('}').toString();
    }

    /** A place on a board is the time at which the message was kept. */
    private static String at(Position place) {
        return '"' + Instant.ofEpochMilli(place.epoch()).toString() + '"';
    }
}
