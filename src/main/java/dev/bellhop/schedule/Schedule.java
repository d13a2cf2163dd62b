package dev.bellhop.schedule;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.Address;
import dev.bellhop.message.Message;
import dev.bellhop.partition.Partitions;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
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
import java.util.Iterator;
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
 * <p>With several partitions there is a zset in each. What is asked for by an id is looked for in all of them.
 *
 * <p>Ids: of a user and an idempotency id where there is one, else at random. What another producer has added has no id of its
 * own: it goes by {@code <score>~<SHA-1>}, which changes when it is moved.
 */
@SingleInstance
public class Schedule {
    /** How long after its due time a message's id is known. */
    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final int MOST_SCANNED = 10_000;
    private static final int SCANNED_AT_ONCE = 500;

    private static final Pattern OWN_ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern PLAIN_ID = Pattern.compile(Cursor.SCORE + '~' + Cursor.DIGEST);

    private static final Script ADD = new Script(Schedule.class, "add.lua");
    private static final Script CANCEL = new Script(Schedule.class, "find.lua", "cancel.lua");
    private static final Script MOVE = new Script(Schedule.class, "find.lua", "move.lua");

    private final Redis redis;
    private final Partitions partitions;
    private final Promotion promotion;
    private final SecureRandom random = new SecureRandom();

    @Inject
    public Schedule(Redis redis, Partitions partitions, Promotion promotion) {
        this.redis = redis;
        this.partitions = partitions;
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
                : message.withId(fresh);
        String id = message.id() == null ? fresh : idOf(message.to(), message.id());
        Partition partition = partitions.of(message.to());
        String[] touched = {partition.scheduled(), partition.scheduledEntry(id)};
        return partitions.known()
                .thenCompose(known -> ADD.run(redis, touched, seconds(due), named.toJson(), remembered(), named.ttl() > 0 ? "1" : "0"))
                .thenApply(added -> {
                    promotion.run(partition); // so that a due time less than a second ahead is known
                    return id;
                });
    }

    /** The id under which a message to this address with this idempotency id is or was scheduled; null if it was not. */
    public CompletableFuture<String> find(Address to, String messageId) {
        String id = idOf(to, messageId);
        return partitions.everOf(to).thenCompose(ever -> {
            List<CompletableFuture<Long>> found = ever.stream()
                    .map(partition -> redis.call(commands -> commands.exists(partition.scheduledEntry(id)))).toList();
            return Redis.all(found).thenApply(all -> all.stream().allMatch(count -> count == 0) ? null : id);
        });
    }

    /** Takes a message back before it is sent. */
    public CompletableFuture<Changed> cancel(String id) {
        return change(CANCEL, id);
    }

    /** Gives a message another due time before it is sent. */
    public CompletableFuture<Changed> move(String id, Instant due) {
        return change(MOVE, id, seconds(due), remembered());
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
        return partitions.ask().thenCompose(all -> change(script, id, args, all.iterator(), Outcome.MISSING));
    }

    /** Why one after another: what lies in two of them under one id is changed in one alone, as in a single one. */
    private CompletableFuture<Changed> change(Script script, String id, String[] args, Iterator<Partition> left, Outcome before) {
        if (!left.hasNext()) {
            return CompletableFuture.completedFuture(new Changed(before, null));
        }
        Partition partition = left.next();
        return script.run(redis, new String[] {partition.scheduled(), partition.scheduledEntry(id)}, args).thenCompose(reply ->
                switch (reply.text()) {
                    case "missing" -> change(script, id, args, left, before);
                    case "sent" -> change(script, id, args, left, Outcome.SENT);
                    default -> {
                        promotion.run(partition);
                        yield CompletableFuture.completedFuture(new Changed(Outcome.DONE, changed(reply, args[0].isEmpty() ? id : null)));
                    }
                });
    }

    /** @param id null: by its score and digest */
    private static Item changed(Reply reply, String id) {
        Message message = Scheduled.parse(reply.text());
        if (!reply.hasNext()) {
            return null;
        }
        String score = reply.text();
        return new Item(id == null ? score + '~' + reply.text() : id, score, message);
    }

    /**
     * Lists what is scheduled, looking at 10,000 messages at most.
     *
     * @param user   only messages for this one; null for all
     * @param cursor of the listing before, or null
     * @throws IllegalArgumentException if the cursor is none
     */
    public CompletableFuture<Listing> list(String user, int most, String cursor) {
        Cursor after = cursor == null ? null : Cursor.parse(cursor);
        return partitions.ask().thenCompose(all -> list(new Scheduled(redis, all), user, most, after, List.of(), MOST_SCANNED));
    }

    private CompletableFuture<Listing> list(Scheduled scheduled, String user, int most, Cursor cursor, List<CompletableFuture<Item>> found, int scan) {
        int page = user == null ? most : SCANNED_AT_ONCE;
        return scheduled.after(cursor, page).thenCompose(read -> {
            List<CompletableFuture<Item>> items = new ArrayList<>(found);
            Iterator<Scheduled.Member> some = read.members().iterator();
            Cursor last = cursor;
            while (some.hasNext() && items.size() < most) {
                Scheduled.Member one = some.next();
                last = one.behind();
                if (user == null || one.isFor(user)) {
                    items.add(item(one));
                }
            }
            boolean end = !some.hasNext() && !read.more();
            if (!end && !read.large() && items.size() < most && scan > page) {
                return list(scheduled, user, most, last, items, scan - page);
            }
            String next = end ? null : last.toString();
            return CompletableFuture.allOf(items.toArray(CompletableFuture[]::new))
                    .thenApply(done -> new Listing(items.stream().map(CompletableFuture::join).toList(), next));
        });
    }

    /** Whether a message goes by an id of its own is asked of Redis, since any producer may have given it one. */
    private CompletableFuture<Item> item(Scheduled.Member one) {
        Message message = one.message();
        String plainId = one.score() + '~' + one.digest();
        if (message == null || message.id() == null) {
            return CompletableFuture.completedFuture(new Item(plainId, one.score(), message));
        }
        String id = idOf(message.to(), message.id());
        String fresh = message.id();
        // why not one command for both: in a cluster, Redis refuses it while the slot moves
        CompletableFuture<String> ofId = redis.call(commands -> commands.get(one.partition().scheduledEntry(id)));
        CompletableFuture<String> ofFresh = redis.call(commands -> commands.get(one.partition().scheduledEntry(fresh)));
        return ofId.thenCombine(ofFresh,
                (byIds, byFresh) -> new Item(one.text().equals(byIds) ? id : one.text().equals(byFresh) ? fresh : plainId, one.score(), message));
    }

    private static String idOf(Address to, String messageId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest((to.key() + '\0' + messageId).getBytes(StandardCharsets.UTF_8));
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
