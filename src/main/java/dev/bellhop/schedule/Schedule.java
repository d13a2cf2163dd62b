package dev.bellhop.schedule;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import io.lettuce.core.ScriptOutputType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * What is scheduled: a zset in Redis, to which any producer may add; here it is added to under an id, listed, cancelled and
 * moved.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}. Each change is one atomic step on the same slot as
 * {@link Promotion}, so a message is either cancelled or sent, never both nor neither.
 *
 * <p>Ids: of a user and an idempotency id where there is one, else at random. What another producer has added has no id of its
 * own: it goes by {@code <score>~<SHA-1>}, which changes when it is moved.
 */
@ApplicationScoped
public class Schedule {
    /** How long after its due time a message's id is known. */
    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final int MOST_SCANNED = 10_000;
    private static final int SCANNED_AT_ONCE = 500;

    private static final Pattern OWN_ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern PLAIN_ID = Pattern.compile(Cursor.SCORE + '~' + Cursor.DIGEST);

    private static final Script ADD = new Script(Schedule.class, ScriptOutputType.INTEGER, "add.lua");
    private static final Script CANCEL = new Script(Schedule.class, ScriptOutputType.MULTI, "find.lua", "cancel.lua");
    private static final Script MOVE = new Script(Schedule.class, ScriptOutputType.MULTI, "find.lua", "move.lua");
    private static final Script LIST = new Script(Schedule.class, ScriptOutputType.MULTI, "list.lua");

    private final Redis redis;
    private final Keys keys;
    private final Promotion promotion;
    private final SecureRandom random = new SecureRandom();

    Schedule() { // for the container's proxy
        this(null, null, null);
    }

    @Inject
    public Schedule(Redis redis, Keys keys, Promotion promotion) {
        this.redis = redis;
        this.keys = keys;
        this.promotion = promotion;
    }

    /**
     * A scheduled message.
     *
     * @param score   the due time in epoch seconds, as Redis writes it
     * @param message null if what stands there is none; it will be rejected when due
     */
    public record Item(String id, String score, Message message) {
        /** Null if it is beyond all time, or before. */
        public Instant due() {
            double rough = score.contains("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(score);
            if (Math.abs(rough) > Instant.MAX.getEpochSecond()) {
                return null;
            }
            BigDecimal seconds = new BigDecimal(score);
            long whole = seconds.setScale(0, RoundingMode.FLOOR).longValue();
            return Instant.ofEpochSecond(whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
        }
    }

    /** What became of a request to cancel or to move. */
    public enum Outcome { DONE, MISSING, SENT }

    /** An outcome, and the item as it is now if it was moved. */
    public record Changed(Outcome outcome, Item item) {}

    /**
     * Items by due time.
     *
     * @param cursor to go on with, null at the end
     */
    public record Listing(List<Item> items, String cursor) {}

    /**
     * Schedules a message, once for each of its ids.
     *
     * @return its id here; the same again if its idempotency id has been scheduled already
     */
    public CompletableFuture<String> add(Message message, Instant due) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String fresh = HexFormat.of().formatHex(bytes);
        // why an id in any case: then promoting it twice keeps it once, and two equal messages are two
        Message named = message.id() != null ? message
                : new Message(message.msgType(), message.toUserId(), message.data(), fresh, message.expiresAt());
        String id = message.id() == null ? fresh : idOf(message.toUserId(), message.id());
        return ADD.<Long>run(redis, new String[] {keys.scheduled(), keys.scheduledEntry(id)}, seconds(due), named.toJson(), remembered())
                .thenApply(added -> {
                    promotion.run(); // so that a due time less than a second ahead is known
                    return id;
                });
    }

    /** The id under which a message to this user with this idempotency id is or was scheduled; null if it was not. */
    public CompletableFuture<String> find(String user, String messageId) {
        String id = idOf(user, messageId);
        return redis.call(commands -> commands.exists(keys.scheduledEntry(id))).thenApply(found -> found == 0 ? null : id);
    }

    /** Takes a message back before it is sent. */
    public CompletableFuture<Changed> cancel(String id) {
        return change(CANCEL, id);
    }

    /** Gives a message another due time before it is sent. */
    public CompletableFuture<Changed> move(String id, Instant due) {
        return change(MOVE, id, seconds(due), remembered()).thenApply(changed -> {
            promotion.run();
            return changed;
        });
    }

    private CompletableFuture<Changed> change(Script script, String id, String... more) {
        boolean plain = PLAIN_ID.matcher(id).matches();
        if (!plain && !OWN_ID.matcher(id).matches()) {
            return CompletableFuture.completedFuture(new Changed(Outcome.MISSING, null));
        }
        int tilde = id.indexOf('~');
        String[] args = new String[2 + more.length];
        args[0] = plain ? id.substring(0, tilde) : "";
        args[1] = plain ? id.substring(tilde + 1) : "";
        System.arraycopy(more, 0, args, 2, more.length);
        return script.<List<Object>>run(redis, new String[] {keys.scheduled(), keys.scheduledEntry(id)}, args).thenApply(result ->
                switch ((String) result.get(0)) {
                    case "missing" -> new Changed(Outcome.MISSING, null);
                    case "sent" -> new Changed(Outcome.SENT, null);
                    default -> new Changed(Outcome.DONE, result.size() == 2 ? null
                            : new Item(plain ? result.get(2) + "~" + result.get(3) : id, (String) result.get(2), parse((String) result.get(1))));
                });
    }

    /**
     * Lists what is scheduled, looking at 10,000 messages at most.
     *
     * @param user   only messages for this one; null for all
     * @param cursor of the listing before, or null
     * @throws IllegalArgumentException if the cursor is none
     */
    public CompletableFuture<Listing> list(String user, int most, String cursor) {
        return list(user, most, cursor == null ? null : Cursor.parse(cursor), List.of(), MOST_SCANNED);
    }

    private CompletableFuture<Listing> list(String user, int most, Cursor cursor, List<CompletableFuture<Item>> found, int scan) {
        int page = user == null ? most : SCANNED_AT_ONCE;
        String[] args = cursor == null ? new String[] {Integer.toString(page), "", "", "", ""}
                : new String[] {Integer.toString(page), cursor.score(), Long.toString(cursor.place()), cursor.digest(), cursor.start()};
        return LIST.<List<Object>>run(redis, new String[] {keys.scheduled()}, args).thenCompose(result -> {
            List<CompletableFuture<Item>> items = new ArrayList<>(found);
            long place = (Long) result.get(0);
            Cursor last = null;
            int i = 1;
            for (; i < result.size() && items.size() < most; i += 3) {
                String text = (String) result.get(i);
                String score = (String) result.get(i + 1);
                String digest = (String) result.get(i + 2);
                place = last == null ? place : score.equals(last.score()) ? place + 1 : 0;
                last = Cursor.behind(score, place, digest, text);
                Message message = parse(text);
                if (user == null || (message != null && message.toUserId().equals(user))) {
                    items.add(item(text, message, score, score + '~' + digest));
                }
            }
            boolean end = i >= result.size() && result.size() <= 3 * page;
            if (!end && items.size() < most && scan > page) {
                return list(user, most, last, items, scan - page);
            }
            String next = end ? null : last.toString();
            return CompletableFuture.allOf(items.toArray(CompletableFuture[]::new))
                    .thenApply(all -> new Listing(items.stream().map(CompletableFuture::join).toList(), next));
        });
    }

    /** Whether a message goes by an id of its own is asked of Redis, since any producer may have given it one. */
    private CompletableFuture<Item> item(String text, Message message, String score, String plainId) {
        if (message == null || message.id() == null) {
            return CompletableFuture.completedFuture(new Item(plainId, score, message));
        }
        String id = idOf(message.toUserId(), message.id());
        String fresh = message.id();
        return redis.call(commands -> commands.mget(keys.scheduledEntry(id), keys.scheduledEntry(fresh))).thenApply(known -> {
            boolean byIds = known.get(0).hasValue() && known.get(0).getValue().equals(text);
            boolean byFresh = known.get(1).hasValue() && known.get(1).getValue().equals(text);
            return new Item(byIds ? id : byFresh ? fresh : plainId, score, message);
        });
    }

    private static Message parse(String text) {
        try {
            return Message.of(Json.readObject(text));
        } catch (BadMessageException none) {
            return null;
        }
    }

    private static String idOf(String user, String messageId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest((user + '\0' + messageId).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String seconds(Instant due) {
        return BigDecimal.valueOf(due.getEpochSecond()).add(BigDecimal.valueOf(due.getNano(), 9)).stripTrailingZeros().toPlainString();
    }

    private static String remembered() {
        return Long.toString(REMEMBERED.toMillis());
    }
}
