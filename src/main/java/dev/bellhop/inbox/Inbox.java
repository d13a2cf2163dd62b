package dev.bellhop.inbox;

import dev.bellhop.config.Settings;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import io.lettuce.core.ScriptOutputType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The users' inboxes in Redis: each a stream of kept messages, and the marks of how far the user has come.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}. A message is kept and announced in one step, so
 * whoever hears the announcement, or reads the inbox after having subscribed, misses nothing.
 */
@ApplicationScoped
public class Inbox {
    /** How long an idempotency id is remembered. */
    public static final Duration IDS_REMEMBERED = Duration.ofHours(24);

    /** How long it is remembered that a login has ended: longer than any server's cookie of it should last. */
    public static final Duration LOGINS_REMEMBERED = Duration.ofHours(24);

    private static final Script PUBLISH = script("publish.lua");
    private static final Script RESUME = script("resume.lua");
    private static final Script DELIVERED = script("delivered.lua");
    private static final Script READ = script("read.lua");
    private static final Script PAGE = script("page.lua");
    private static final Script ENDED = new Script(Inbox.class, ScriptOutputType.INTEGER, "ended.lua");

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final Metrics.Count published;
    private final Metrics.Count duplicates;
    private final Metrics.Count expired;

    Inbox() { // for the container's proxy
        this(null, null, null, new Metrics());
    }

    @Inject
    public Inbox(Redis redis, Keys keys, Settings settings, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        published = metrics.counter("published", "Messages kept in an inbox");
        duplicates = metrics.counter("duplicates", "Messages not kept again since their id or entry had been kept already");
        expired = metrics.counter("expired", "Messages that expired before they could be delivered");
    }

    private static Script script(String name) {
        return new Script(Inbox.class, ScriptOutputType.MULTI, "common.lua", name);
    }

    private String[] keysOf(String user) {
        return new String[] {keys.inbox(user), keys.marks(user)};
    }

    private String retention() {
        return Long.toString(settings.inboxRetention().toMillis());
    }

    /**
     * A message to keep.
     *
     * @param entry the id of its entry in the ingest stream, or null; of one user these must come in the stream's order
     */
    public record Draft(Message message, String entry) {}

    /**
     * What became of a message.
     *
     * @param position where it is, also when it had been kept already; null if it has expired or its place is unknown
     */
    public record Published(Outcome outcome, Position position) {}

    /** The ways in which publishing ends. */
    public enum Outcome { KEPT, DUPLICATE, EXPIRED }

    /**
     * Keeps messages for one user, in this order: all or none.
     *
     * @param drafts all to the same user; at most some hundreds
     * @return one outcome for each
     */
    public CompletableFuture<List<Published>> publish(String user, List<Draft> drafts) {
        String[] args = new String[4 + 4 * drafts.size()];
        args[0] = retention();
        args[1] = keys.channel(user);
        args[2] = Integer.toString(settings.inboxMaxMessages());
        args[3] = Long.toString(IDS_REMEMBERED.toMillis());
        int i = 4;
        for (Draft draft : drafts) {
            String id = draft.message().id();
            args[i++] = id == null ? "" : keys.id(user, id);
            args[i++] = draft.entry() == null ? "" : draft.entry();
            args[i++] = Long.toString(draft.message().expiresAt());
            args[i++] = draft.message().frameTail();
        }
        return PUBLISH.<List<Object>>run(redis, keysOf(user), args)
                .thenApply(results -> results.stream().map(result -> published((String) result)).toList());
    }

    private Published published(String result) {
        return switch (result.charAt(0)) {
            case '-' -> {
                expired.add();
                yield new Published(Outcome.EXPIRED, null);
            }
            case '=' -> {
                duplicates.add();
                yield new Published(Outcome.DUPLICATE, Position.parse(result.substring(1)).orElse(null));
            }
            default -> {
                published.add();
                yield new Published(Outcome.KEPT, Position.of(result));
            }
        };
    }

    /** Where a message with this idempotency id was kept, or null. */
    public CompletableFuture<Position> find(String user, String id) {
        String key = keys.id(user, id);
        return redis.call(commands -> commands.get(key)).thenApply(found -> found == null ? null : Position.of(found));
    }

    /**
     * A stretch of the inbox, in order.
     *
     * @param end       the newest message's position; offset 0 if the epoch has none
     * @param unread    messages after the read mark
     * @param recovered whether it is certain that nothing between {@code from} and the first message is missing
     * @param from      the position after which this stretch begins
     * @param to        up to where it reaches
     * @param more      whether there was more than asked for
     * @param messages  what has not expired
     */
    public record Stretch(Position end, long unread, boolean recovered, Position from, Position to, boolean more,
            List<Announcement.Kept> messages) {}

    /**
     * Reads what a page has not seen.
     *
     * @param after the last position that it has seen; null: what no page of the user has been sent yet
     * @param sent  the newest position that this node knows to have been sent; may be null
     * @param most  messages at once
     */
    public CompletableFuture<Stretch> resume(String user, Position after, Position sent, int most) {
        return RESUME.<List<Object>>run(redis, keysOf(user), retention(), after == null ? "" : after.toString(),
                sent == null ? "" : sent.toString(), Integer.toString(most)).thenApply(this::stretch);
    }

    private Stretch stretch(List<Object> result) {
        expired.add((Long) result.get(6));
        List<Announcement.Kept> messages = new ArrayList<>((result.size() - 7) / 3);
        for (int i = 7; i < result.size(); i += 3) {
            messages.add(new Announcement.Kept(Position.of((String) result.get(i)), Long.parseLong((String) result.get(i + 1)),
                    (String) result.get(i + 2)));
        }
        return new Stretch(Position.of((String) result.get(0)), (Long) result.get(1), (Long) result.get(2) == 1,
                Position.of((String) result.get(3)), Position.of((String) result.get(4)), (Long) result.get(5) == 1, messages);
    }

    /** Notes that a page of the user has been sent everything up to this position. An earlier one changes nothing. */
    public CompletableFuture<?> markDelivered(String user, Position position) {
        return DELIVERED.run(redis, keysOf(user), retention(), position.toString());
    }

    /** A read mark and what lies after it. */
    public record ReadMark(Position position, long unread) {}

    /**
     * Notes that the user has read everything up to this position, and announces it.
     *
     * @param connection whose page says so, {@code -} for none
     */
    public CompletableFuture<ReadMark> markRead(String user, Position position, String connection) {
        return READ.<List<Object>>run(redis, keysOf(user), retention(), position.toString(), keys.channel(user), connection)
                .thenApply(result -> new ReadMark(Position.of((String) result.get(0)), (Long) result.get(1)));
    }

    /**
     * A page of the inbox, newest first.
     *
     * @param end       null if nothing was ever kept
     * @param read      null if nothing was ever read
     * @param delivered null if nothing was ever sent
     * @param next      where to go on, null at the end
     */
    public record Page(Position end, long unread, Position read, Position delivered, Position next, List<Item> messages) {}

    /** A message in a {@link Page}; {@code at} in milliseconds since 1970. */
    public record Item(Position position, long at, String frameTail) {}

    /**
     * Reads the inbox backwards, changing nothing.
     *
     * @param before only what lies before this position; null for the newest
     * @param most   messages; 0 for the marks alone
     */
    public CompletableFuture<Page> page(String user, Position before, int most) {
        return PAGE.<List<Object>>run(redis, keysOf(user), retention(), before == null ? "" : before.toString(), Integer.toString(most))
                .thenApply(result -> {
                    List<Item> items = new ArrayList<>();
                    for (int i = 5; i < result.size(); i += 3) {
                        items.add(new Item(Position.of((String) result.get(i)), Long.parseLong((String) result.get(i + 1)),
                                (String) result.get(i + 2)));
                    }
                    return new Page(position(result.get(0)), (Long) result.get(1), position(result.get(2)),
                            position(result.get(3)), position(result.get(4)), items);
                });
    }

    private static Position position(Object text) {
        return Position.parse((String) text).orElse(null);
    }

    /** Tells every node that a login of the user has ended, and remembers it for {@link #isLoginEnded}. */
    public CompletableFuture<Long> announceLoginEnded(String user, String loginId) {
        return ENDED.run(redis, new String[] {keys.endedLogin(user, loginId)}, Long.toString(LOGINS_REMEMBERED.toMillis()),
                keys.channel(user), loginId);
    }

    /** Whether a login of the user is known to have ended. */
    public CompletableFuture<Boolean> isLoginEnded(String user, String loginId) {
        return redis.call(commands -> commands.exists(keys.endedLogin(user, loginId))).thenApply(found -> found > 0);
    }

    /**
     * Asks every node that holds connections of the user what these are doing; the answers come through presence.
     *
     * @return how many nodes heard it; in a cluster perhaps only some of these
     */
    public CompletableFuture<Long> announceQuestion(String user, String question) {
        return redis.call(commands -> commands.publish(keys.channel(user), 'q' + question));
    }

    /**
     * Has every node close all connections of the user.
     *
     * @return how many nodes heard it
     */
    public CompletableFuture<Long> announceDisconnect(String user, int closeCode) {
        return redis.call(commands -> commands.publish(keys.channel(user), "d" + closeCode));
    }
}
