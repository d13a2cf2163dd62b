package dev.bellhop.inbox;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The users' inboxes in Redis: each a stream of kept messages, and the marks of how far the user has come.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}. A message is kept and announced in one step, so
 * whoever hears the announcement, or reads the inbox after having subscribed, misses nothing.
 */
@SingleInstance
public class Inbox {
    /** How long an idempotency id is remembered. */
    public static final Duration IDS_REMEMBERED = Duration.ofHours(24);

    /** How long it is remembered that a login has ended: longer than any server's cookie of it should last. */
    public static final Duration LOGINS_REMEMBERED = Duration.ofHours(24);

    /** About how many bytes of frames one {@link Stretch} holds: the message that reaches it is the last. */
    static final int STRETCH_BYTES = 256 << 10;

    /** The same for one {@link Page}. */
    static final int PAGE_BYTES = 1 << 20;

    private static final Script RESUME = script("common.lua", "user.lua", "unread.lua", "/dev/bellhop/redis/some.lua", "resume.lua");
    private static final Script DELIVERED = script("common.lua", "delivered.lua");
    private static final Script READ = script("common.lua", "user.lua", "announce.lua", "unread.lua", "read.lua");
    private static final Script PAGE = script("common.lua", "user.lua", "unread.lua", "/dev/bellhop/redis/some.lua", "page.lua");
    private static final Script ENDED = new Script(Inbox.class, "announce.lua", "ended.lua");

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final Metrics.Count published;
    private final Metrics.Count duplicates;
    private final Metrics.Count expired;
    private final RefusedAnnouncements refused;
    private final Publishing publishing;

    @Inject
    public Inbox(Redis redis, Keys keys, Settings settings, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        published = metrics.counter("published", "Messages kept in an inbox");
        duplicates = metrics.counter("duplicates", "Messages not kept again, because their id or entry had been kept before");
        expired = metrics.counter("expired", "Messages that expired before they could be delivered");
        refused = new RefusedAnnouncements(metrics);
        publishing = new Publishing(redis, settings);
    }

    static Script script(String... parts) {
        return new Script(Inbox.class, Stream.concat(Stream.of("positions.lua"), Stream.of(parts)).toArray(String[]::new));
    }

    /** The last one is there only where messages have expiries. */
    private String[] keysOf(String user) {
        return new String[] {keys.inbox(user), keys.marks(user), keys.expiries(user)};
    }

    private String retention() {
        return Long.toString(settings.inboxRetention().toMillis());
    }

    /**
     * A message to keep.
     *
     * @param entry   the id of its entry in the ingest stream, or null; of one user these must come in the stream's order
     * @param ttlFrom from when its ttl counts, in milliseconds since 1970 by Redis's clock; 0 for when it is kept
     */
    public record Draft(Message message, String entry, long ttlFrom) {
        public Draft(Message message, String entry) {
            this(message, entry, 0);
        }

        /** As the script takes it: a time, or from now on. */
        public String expiry() {
            long ttl = message.ttl();
            long at = message.expiresAt();
            if (ttl > 0 && ttlFrom == 0) {
                return "+" + ttl;
            }
            return Long.toString(ttl == 0 ? at : at == 0 ? ttlFrom + ttl : Math.min(at, ttlFrom + ttl));
        }
    }

    /**
     * What became of a message.
     *
     * @param position where it is, also when it had been kept already; null if it has expired or its place is unknown
     */
    public record Published(Outcome outcome, Position position) {

        /** Reads what the scripts that keep messages return for one. */
        public static Published of(String result) {
            return switch (result.charAt(0)) {
                case '-' -> new Published(Outcome.EXPIRED, null);
                case '=' -> new Published(Outcome.DUPLICATE, Position.parse(result.substring(1)).orElse(null));
                default -> new Published(Outcome.KEPT, Position.of(result));
            };
        }
    }

    /** The ways in which publishing ends. */
    public enum Outcome { KEPT, DUPLICATE, EXPIRED }

    /** As {@link #publish(String, List, String)}, of messages that come through no stream. */
    public CompletableFuture<List<Published>> publish(String user, List<Draft> drafts) {
        return publish(user, drafts, keys.unnumbered().mark());
    }

    /**
     * Keeps messages for one user, in this order: all or none.
     *
     * @param drafts all to the same user; at most some hundreds
     * @param mark   of the stream that their entries are of
     * @return one outcome for each
     */
    public CompletableFuture<List<Published>> publish(String user, List<Draft> drafts, String mark) {
        // why every key is named: Redis Cluster refuses others in a slot that moves
        Map<String, Integer> used = new LinkedHashMap<>();
        used.put(keys.inbox(user), 1);
        used.put(keys.marks(user), 2);
        boolean expires = false;
        List<String> messages = new ArrayList<>(Publishing.PARTS * drafts.size());
        for (Draft draft : drafts) {
            String id = draft.message().id();
            String expiry = draft.expiry();
            expires |= !expiry.equals("0");
            messages.add(id == null ? "0" : Integer.toString(used.computeIfAbsent(keys.id(user, id), key -> used.size() + 1)));
            messages.add(draft.entry() == null ? "" : draft.entry());
            messages.add(expiry);
            messages.add(draft.message().frameTail());
        }
        return keep(user, used.keySet(), expires, mark, "", messages);
    }

    /**
     * Takes in messages of a board: each becomes a message of the user's own. What lies not after the newest place taken from that board
     * has been taken, by whichever node, and is passed over.
     *
     * @param taken in the board's order; at most some hundreds
     * @param upTo  the place up to which the board has now been taken
     * @return one outcome for each
     */
    public CompletableFuture<List<Published>> take(String user, String board, List<BoardMessage> taken, Position upTo) {
        boolean expires = false;
        List<String> messages = new ArrayList<>(Publishing.PARTS * taken.size());
        for (BoardMessage message : taken) {
            expires |= !message.expires().equals("0");
            messages.addAll(List.of("0", message.place().toString(), message.expires(), message.frameTail()));
        }
        return keep(user, List.of(keys.inbox(user), keys.marks(user)), expires, "board:" + board, upTo.toString(), messages);
    }

    /**
     * @param used     the keys, but for the expiries
     * @param expires  whether any of the messages does
     * @param source   the mark of where they come from
     * @param upTo     up to where that is taken now; empty: up to the last of the messages
     * @param messages {@link Publishing#PARTS} for each
     */
    private CompletableFuture<List<Published>> keep(String user, Collection<String> used, boolean expires, String source, String upTo, List<String> messages) {
        List<String> all = new ArrayList<>(used);
        if (expires) {
            all.add(keys.expiries(user));
        }
        int size = messages.size() / Publishing.PARTS;
        List<String> args = new ArrayList<>(6 + messages.size());
        args.addAll(List.of(Integer.toString(all.size()), Integer.toString(size), keys.channel(user), expires ? "1" : "0", source, upTo));
        args.addAll(messages);
        return publishing.publish(all, args, size).thenApply(reply -> {
            List<Published> outcomes = new ArrayList<>(size);
            while (outcomes.size() < size) {
                Published one = Published.of(reply.text());
                count(one.outcome());
                outcomes.add(one);
            }
            if (reply.hasNext()) {
                refused.add(keys.channel(user), reply.text());
            }
            return outcomes;
        });
    }

    /** Runs a task that publishes to many users: they share as few calls to Redis as they can. */
    public void together(Runnable publishes) {
        publishing.together(publishes);
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case KEPT -> published.add();
            case DUPLICATE -> duplicates.add();
            case EXPIRED -> expired.add();
        }
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
     * @param unread    messages after the read mark that have not expired
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
     * @param most  messages at once; fewer if they are large
     */
    public CompletableFuture<Stretch> resume(String user, Position after, Position sent, int most) {
        return RESUME.runWithLastKeyIfThere(redis, keysOf(user), resuming(after, sent, most)).thenApply(reply -> {
            reply.text(); // no login was asked for
            return stretch(reply);
        });
    }

    /**
     * What a page is to know that logs in.
     *
     * @param ended those of the logins asked for that are known to have ended
     */
    public record LoggedIn(List<String> ended, Stretch stretch) {}

    /** As {@link #resume}, for pages that log in; tells in the same step which of their logins have ended. */
    public CompletableFuture<LoggedIn> login(String user, Position after, Position sent, int most, List<String> logins) {
        List<String> all = new ArrayList<>(List.of(keysOf(user)));
        logins.forEach(login -> all.add(keys.endedLogin(user, login)));
        return RESUME.runUnlessHalfMoved(redis, all.toArray(String[]::new), resuming(after, sent, most)).thenCompose(whole -> {
            if (whole.isEmpty()) { // why: hardly ever is there a login that has ended, and Redis runs no script there if a key is missing
                return areThere(all.subList(keysOf(user).length, all.size())).thenCombine(resume(user, after, sent, most),
                        (flags, stretch) -> new LoggedIn(ended(flags, logins), stretch));
            }
            String flags = whole.get().text();
            return CompletableFuture.completedFuture(new LoggedIn(ended(flags, logins), stretch(whole.get())));
        });
    }

    /** A 1 for each key that is there, else a 0, each asked for by itself. */
    private CompletableFuture<String> areThere(List<String> asked) {
        CompletableFuture<String> flags = CompletableFuture.completedFuture("");
        for (String key : asked) {
            flags = flags.thenCombine(redis.call(commands -> commands.exists(key)), (before, there) -> before + there);
        }
        return flags;
    }

    private static List<String> ended(String flags, List<String> logins) {
        return IntStream.range(0, logins.size()).filter(i -> flags.charAt(i) == '1').mapToObj(logins::get).toList();
    }

    private String[] resuming(Position after, Position sent, int most) {
        return new String[] {retention(), after == null ? "" : after.toString(), sent == null ? "" : sent.toString(), Integer.toString(most),
            Integer.toString(STRETCH_BYTES)};
    }

    private Stretch stretch(Reply reply) {
        Position end = reply.position();
        long unread = reply.number();
        boolean recovered = reply.flag();
        Position from = reply.position();
        Position to = reply.position();
        boolean more = reply.flag();
        expired.add(reply.number());
        List<Announcement.Kept> messages = new ArrayList<>(reply.left() / 2);
        while (reply.hasNext()) {
            messages.add(new Announcement.Kept(reply.position(), reply.text()));
        }
        return new Stretch(end, unread, recovered, from, to, more, messages);
    }

    /**
     * Notes that pages have been sent everything up to these positions, by user. An earlier one changes nothing. On a cluster each user's is
     * a call of its own.
     */
    public CompletableFuture<?> markDelivered(Map<String, Position> upTo) {
        if (redis.isCluster()) {
            return CompletableFuture.allOf(upTo.entrySet().stream().map(one -> mark(List.of(one))).toArray(CompletableFuture[]::new));
        }
        return mark(upTo.entrySet());
    }

    private CompletableFuture<?> mark(Collection<Map.Entry<String, Position>> delivered) {
        List<String> used = new ArrayList<>(2 * delivered.size());
        List<String> args = new ArrayList<>(1 + delivered.size());
        args.add(retention());
        delivered.forEach(one -> {
            used.addAll(List.of(keys.inbox(one.getKey()), keys.marks(one.getKey())));
            args.add(one.getValue().toString());
        });
        return DELIVERED.run(redis, used.toArray(String[]::new), args.toArray(String[]::new));
    }

    /** A read mark and what lies after it. */
    public record ReadMark(Position position, long unread) {}

    /**
     * Notes that the user has read everything up to this position, and announces it.
     *
     * @param connection whose page says so, {@code -} for none
     */
    public CompletableFuture<ReadMark> markRead(String user, Position position, String connection) {
        return READ.runWithLastKeyIfThere(redis, keysOf(user), retention(), position.toString(), redis.announcing(keys.channel(user)), connection)
                .thenApply(reply -> {
                    ReadMark mark = new ReadMark(reply.position(), reply.number());
                    expired.add(reply.number());
                    if (reply.hasNext()) {
                        refused.add(keys.channel(user), reply.text());
                    }
                    return mark;
                });
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
     * Reads the inbox backwards. What it says of a user is not changed by it.
     *
     * @param before only what lies before this position; null for the newest
     * @param most   messages; 0 for the marks alone. Fewer if they are large
     */
    public CompletableFuture<Page> page(String user, Position before, int most) {
        return PAGE.runWithLastKeyIfThere(redis, keysOf(user), retention(), before == null ? "" : before.toString(), Integer.toString(most),
                Integer.toString(PAGE_BYTES))
                .thenApply(this::page);
    }

    private Page page(Reply reply) {
        Position end = reply.position();
        long unread = reply.number();
        Position read = reply.position();
        Position delivered = reply.position();
        Position next = reply.position();
        expired.add(reply.number());
        List<Item> items = new ArrayList<>(reply.left() / 3);
        while (reply.hasNext()) {
            items.add(new Item(reply.position(), reply.number(), reply.text()));
        }
        return new Page(end, unread, read, delivered, next, items);
    }

    /** Tells every node that a login of the user has ended, and remembers it for {@link #login}. */
    public CompletableFuture<Long> announceLoginEnded(String user, String loginId) {
        return ENDED.run(redis, new String[] {keys.endedLogin(user, loginId)}, Long.toString(LOGINS_REMEMBERED.toMillis()),
                redis.announcing(keys.channel(user)), loginId).thenApply(Reply::number);
    }

    /** Tells every node that an HTTP session of a login has been ended; nothing is remembered. */
    public CompletableFuture<Long> announceSessionEnded(String user, String loginId) {
        return redis.announce(keys.channel(user), 'l' + loginId);
    }

    /**
     * Has every node ask the pages of a login to show it again.
     *
     * @param loginId empty for every login of the user
     */
    public CompletableFuture<Long> announceLoginCheck(String user, String loginId) {
        return redis.announce(keys.channel(user), 'c' + loginId);
    }

    /**
     * Asks every node that holds connections of the user what these are doing; the answers come through presence.
     *
     * @return how many nodes heard it
     */
    public CompletableFuture<Long> announceQuestion(String user, String question) {
        return redis.announce(keys.channel(user), 'q' + question);
    }

    /**
     * Has every node close all connections of the user.
     *
     * @return how many nodes heard it
     */
    public CompletableFuture<Long> announceDisconnect(String user, int closeCode) {
        return redis.announce(keys.channel(user), "d" + closeCode);
    }
}
