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
        public Instant due() {
            BigDecimal seconds = new BigDecimal(score);
            long whole = seconds.setScale(0, RoundingMode.FLOOR).longValue();
            return Instant.ofEpochSecond(whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
        }
    }

    /** What became of a request to cancel or to move. */
    public enum Outcome { DONE, MISSING, SENT }

    /** An outcome, and the item as it is now if it was done. */
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
        int tilde = id.indexOf('~');
        if (tilde >= 0 && !id.matches("-?[0-9.e+-]{1,32}~[0-9a-f]{40}") || tilde < 0 && !id.matches("[0-9a-f]{32}")) {
            return CompletableFuture.completedFuture(new Changed(Outcome.MISSING, null));
        }
        String[] args = new String[2 + more.length];
        args[0] = tilde < 0 ? "" : id.substring(0, tilde);
        args[1] = tilde < 0 ? "" : id.substring(tilde + 1);
        System.arraycopy(more, 0, args, 2, more.length);
        return script.<List<Object>>run(redis, new String[] {keys.scheduled(), keys.scheduledEntry(id)}, args).thenApply(result ->
                switch ((String) result.get(0)) {
                    case "missing" -> new Changed(Outcome.MISSING, null);
                    case "sent" -> new Changed(Outcome.SENT, null);
                    default -> {
                        String message = (String) result.get(1);
                        String score = result.size() > 2 ? (String) result.get(2) : "0";
                        yield new Changed(Outcome.DONE, new Item(tilde < 0 ? id : score + '~' + digest("SHA-1", message, 20), score, parse(message)));
                    }
                });
    }

    /**
     * Lists what is scheduled.
     *
     * @param cursor of the listing before, or null
     * @throws IllegalArgumentException if the cursor is none
     */
    public CompletableFuture<Listing> list(int most, String cursor) {
        int tilde = cursor == null ? -1 : cursor.indexOf('~');
        if (cursor != null && !cursor.matches("-?[0-9.einf+-]{1,32}~[0-9a-f]{40}")) {
            throw new IllegalArgumentException("not a cursor");
        }
        return LIST.<List<Object>>run(redis, new String[] {keys.scheduled()}, Integer.toString(most),
                cursor == null ? "-inf" : cursor.substring(0, tilde), cursor == null ? "" : cursor.substring(tilde + 1)).thenCompose(result -> {
            List<CompletableFuture<Item>> items = new ArrayList<>();
            String last = null;
            for (int i = 0; i < result.size(); i += 3) {
                last = result.get(i + 1) + "~" + result.get(i + 2);
                items.add(item((String) result.get(i), (String) result.get(i + 1), last));
            }
            String next = result.size() == 3 * most ? last : null;
            return CompletableFuture.allOf(items.toArray(CompletableFuture[]::new))
                    .thenApply(all -> new Listing(items.stream().map(CompletableFuture::join).toList(), next));
        });
    }

    /** Whether a message goes by an id of its own is asked of Redis, since any producer may have given it one. */
    private CompletableFuture<Item> item(String text, String score, String plainId) {
        Message message = parse(text);
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
        return digest("SHA-256", user + '\0' + messageId, 16);
    }

    private static String digest(String algorithm, String text, int bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)), 0, bytes);
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
