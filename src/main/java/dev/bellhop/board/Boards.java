package dev.bellhop.board;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.inbox.RefusedAnnouncements;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Messages for many, each kept once: on the board of everybody, of a role or of a group. A board is a stream in a slot of its own, so
 * that publishing costs the same however many read it. Each reader's inbox takes in what is new on the boards they belong to.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}.
 */
@SingleInstance
public class Boards {
    private static final Script PUBLISH = new Script(Boards.class, "/dev/bellhop/inbox/positions.lua", "/dev/bellhop/inbox/announce.lua",
            "/dev/bellhop/inbox/drafts.lua", "publish.lua");
    private static final Script READ = new Script(Boards.class, "/dev/bellhop/redis/some.lua", "read.lua");
    private static final Script LATEST = new Script(Boards.class, "latest.lua");
    private static final Script STATE = new Script(Boards.class, "state.lua");

    /** About how many bytes of frames {@link #after} gives: the message that reaches it is the last. All of it goes into an inbox in one step. */
    static final int TAKEN_BYTES = 256 << 10;

    /** The same for {@link #before}. */
    static final int PAGE_BYTES = 1 << 20;

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final BoardList list;
    private final Metrics.Count published;
    private final RefusedAnnouncements refused;

    @Inject
    public Boards(Redis redis, Keys keys, Settings settings, BoardList list, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        this.list = list;
        published = metrics.counter("board_published", "Messages kept on a board: for everybody, a role or a group");
        refused = new RefusedAnnouncements(metrics);
    }

    /** As {@link #publish(String, List, String)}, of messages that come through no stream. */
    public CompletableFuture<List<Inbox.Published>> publish(String board, List<Draft> drafts) {
        return publish(board, drafts, keys.unnumbered().mark());
    }

    /**
     * Keeps messages on one board, in this order: all or none.
     *
     * @param drafts at most some hundreds
     * @param mark   of the stream that their entries are of
     * @return one outcome for each; its position is the place on the board, not in anybody's inbox
     */
    public CompletableFuture<List<Inbox.Published>> publish(String board, List<Draft> drafts, String mark) {
        Map<String, Integer> used = new LinkedHashMap<>();
        used.put(keys.board(board), 1);
        used.put(keys.boardMarks(board), 2);
        List<String> args = new ArrayList<>(List.of(Long.toString(settings.inboxRetention().toMillis()), redis.announcing(keys.boardChannel(board)),
                Integer.toString(settings.inboxMaxMessages()), Long.toString(Inbox.IDS_REMEMBERED.toMillis()), mark));
        for (Draft draft : drafts) {
            String id = draft.message().id();
            args.add(id == null ? "0" : Integer.toString(used.computeIfAbsent(keys.boardId(board, id), key -> used.size() + 1)));
            args.add(draft.entry() == null ? "" : draft.entry());
            args.add(draft.expiry());
            args.add(draft.message().frameTail());
        }
        return PUBLISH.run(redis, used.keySet().toArray(String[]::new), args.toArray(String[]::new)).thenApply(reply -> {
            List<Inbox.Published> all = new ArrayList<>(drafts.size());
            while (all.size() < drafts.size()) {
                all.add(Inbox.Published.of(reply.text()));
            }
            list.note(board);
            if (reply.hasNext()) {
                refused.add(keys.boardChannel(board), reply.text());
            }
            published.add(all.stream().filter(one -> one.outcome() == Inbox.Outcome.KEPT).count());
            return all;
        });
    }

    /** Where a message with this idempotency id was kept on the board, or null. */
    public CompletableFuture<Position> find(String board, String id) {
        String key = keys.boardId(board, id);
        return redis.call(commands -> commands.get(key)).thenApply(found -> found == null ? null : Position.of(found));
    }

    /**
     * Some messages of a board, one after another.
     *
     * @param more whether there may be others behind them
     */
    public record Stretch(List<BoardMessage> messages, boolean more) {}

    /**
     * What lies after a place on the board, oldest first.
     *
     * @param most messages; fewer if they are large
     */
    public CompletableFuture<Stretch> after(String board, Position place, int most) {
        return read(board, place, true, most, TAKEN_BYTES);
    }

    /**
     * The newest messages of the board, oldest first; there may be more before them.
     *
     * @param bytes about the most: the message that reaches it is the last
     */
    public CompletableFuture<Stretch> newest(String board, int most, int bytes) {
        return read(board, null, false, most, bytes).thenApply(read -> {
            Collections.reverse(read.messages());
            return read;
        });
    }

    /**
     * The board backwards, newest first.
     *
     * @param place only what lies before it; null for the newest
     * @param most  messages; fewer if they are large
     */
    public CompletableFuture<Stretch> before(String board, Position place, int most) {
        return read(board, place, false, most, PAGE_BYTES);
    }

    private CompletableFuture<Stretch> read(String board, Position place, boolean forward, int most, int bytes) {
        return READ.run(redis, new String[] {keys.board(board)}, place == null ? "" : place.toString(), forward ? "1" : "0", Integer.toString(most),
                Integer.toString(bytes)).thenApply(reply -> {
                    boolean more = reply.flag();
                    List<BoardMessage> messages = new ArrayList<>(reply.left() / 3);
                    while (reply.hasNext()) {
                        messages.add(new BoardMessage(reply.position(), reply.text(), reply.text()));
                    }
                    return new Stretch(messages, more);
                });
    }

    /**
     * How full a board is.
     *
     * @param newest the place of the newest message; null if there is none
     */
    public record Latest(long messages, Position newest) {}

    /** How many messages are on the board, and where the newest is. */
    public CompletableFuture<Latest> latest(String board) {
        return LATEST.run(redis, new String[] {keys.board(board)}).thenApply(reply -> new Latest(reply.number(), reply.position()));
    }

    /**
     * What is known of a user's boards.
     *
     * @param taken  up to where on each board the inbox has taken messages in
     * @param groups of which groups the user is or was a member
     */
    public record State(Map<String, Position> taken, Map<String, Spans> groups) {}

    /** Reads what is known of a user's boards. */
    public CompletableFuture<State> state(String user) {
        return STATE.runWithLastKeyIfThere(redis, new String[] {keys.marks(user), keys.memberships(user)}).thenApply(Boards::state);
    }

    private static State state(Reply reply) {
        Map<String, Position> taken = new HashMap<>();
        for (long left = reply.number(); left > 0; left--) {
            String board = reply.text();
            Position place = reply.position();
            if (place != null) {
                taken.put(board, place);
            }
        }
        Map<String, Spans> groups = new HashMap<>();
        while (reply.hasNext()) {
            groups.put(reply.text(), Spans.parse(reply.text()));
        }
        return new State(taken, groups);
    }
}
