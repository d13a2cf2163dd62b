package dev.bellhop.ingest;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import dev.bellhop.message.Utf8;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.rejected.RejectedMessage;
import dev.bellhop.rejected.Rejections;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Moves messages from one ingest stream into their inboxes, while this node holds the stream's lease.
 *
 * <p>An entry leaves the stream when it is in its inbox; whatever a reader that died had taken and not done, the next one takes first. The
 * inbox knows the newest entry that it has of the stream, so an entry that comes twice is kept once.
 *
 * <p>A user who cannot be published to holds up nobody else, see {@link Backlog}. No thread waits: each step begins the next. All state
 * is touched by one step at a time, but for what {@link Leases} asks for.
 */
final class StreamReader {
    private static final System.Logger LOG = System.getLogger(StreamReader.class.getName());

    private static final Script HOLD = script("hold.lua");
    private static final Script BEGINNINGS = new Script(StreamReader.class, "beginnings.lua");
    private static final Script DONE = script("done.lua");
    private static final Script RELEASE = script("release.lua");

    /** How long after a reader's death another takes over, at most; less than that between two renewals. */
    private static final int LEASE_MILLIS = 2_000;
    private static final int WAIT_MILLIS = 500;
    private static final int BATCH = 400;
    /** Entries at once where some may be far too large. */
    private static final int LARGE_BATCH = 10;
    /** What the stream may have in all, and an entry on average, before entries are read a few at a time, and cut. */
    private static final long LARGE_STREAM = 4 << 20;
    private static final long LARGE_ENTRY = 8 << 10;
    private static final int DONE_AT_ONCE = 1_000;
    private static final int FULL_MILLIS = 100;
    /** What a message's JSON may have around its frame: address, id and ttl, perhaps escaped. */
    private static final int ENVELOPE = 6 * (Message.MAX_USER_ID + Message.MAX_ID) + 200;
    /** By how many bytes a message that Redis has cut is too long, at least: within a character it may be cut too. */
    private static final int CUT = 8;
    private static final String FINISHING = "taking entries out of the ingest stream";
    private static final String START = "0-0";
    private static final long CONTINUED = 1;
    private static final Pattern MILLIS = Pattern.compile("\\d{1,15}");

    private final Partition partition;
    private final Parts parts;
    private final Leases leases;
    private final Backlog backlog;
    private final boolean isWaitedFor;
    private final OncePerMinute failed = new OncePerMinute();
    private final OncePerMinute notRejected = new OncePerMinute();

    private volatile boolean stopped;
    /** Up to where the stream has been taken. */
    private String cursor = START;
    /** Up to where Redis knows that, as long as this node holds the lease; empty: it is not to count. */
    private String held = "";
    /** Whether there may be entries that are far too large for a message: a producer gone wrong is to fill no node's memory. */
    private boolean mayBeLarge = true;
    /** The latest step that takes entries out of the stream; whether there may be more to take out at once. */
    private CompletableFuture<Boolean> finishing = CompletableFuture.completedFuture(false);

    /** What all readers of a node share. */
    record Parts(Redis redis, String node, Settings settings, Executor lane, RejectedList rejectedList, Rejections rejections, Metrics.Count ingested) {}

    /** @param isWaitedFor whether Redis tells at once when there is something to read; else it is looked for */
    StreamReader(Partition partition, Parts parts, Leases leases, Backlog backlog, boolean isWaitedFor) {
        this.partition = partition;
        this.parts = parts;
        this.leases = leases;
        this.backlog = backlog;
        this.isWaitedFor = isWaitedFor;
    }

    private static Script script(String name) {
        return new Script(StreamReader.class, "/dev/bellhop/inbox/positions.lua", "lease.lua", name);
    }

    Partition partition() {
        return partition;
    }

    Backlog backlog() {
        return backlog;
    }

    /** Begins to read once Redis is there, until stopped. Returns at once. */
    void start() {
        later(0);
    }

    private void later(long millis) {
        if (!stopped) {
            parts.redis().later(this::read, millis);
        }
    }

    /** Why not all at once: who has just been told that there are enough would be first each time, and others never. */
    private void laterAround(int millis) {
        later(millis / 2 + ThreadLocalRandom.current().nextInt(millis / 2));
    }

    private void read() {
        if (stopped) {
            return;
        }
        if (!leases.mayAsk(this)) {
            laterAround(WAIT_MILLIS);
            return;
        }
        hand(ask());
    }

    /**
     * What Redis has answered.
     *
     * @param lease   what hold.lua says
     * @param asked   up to where the stream had been taken
     * @param entries what comes after it
     */
    private record Answer(Reply lease, String asked, List<StreamMessage<String, String>> entries) {}

    private CompletableFuture<Answer> ask() {
        String from = cursor;
        CompletableFuture<List<StreamMessage<String, String>>> entries = !backlog.hasRoom() ? CompletableFuture.completedFuture(List.of())
                : mayBeLarge ? beginnings(from) : parts.redis().call(commands -> commands.xrange(partition.ingest(),
                        Range.from(Range.Boundary.excluding(from), Range.Boundary.unbounded()), Limit.from(BATCH)));
        // why not both in one script: to hand the entries through Lua costs Redis four times as much as to read them
        return HOLD.run(parts.redis(), new String[] {partition.ingest(), partition.reader()}, parts.node(), Integer.toString(LEASE_MILLIS), from, held)
                .thenCombine(entries, (lease, read) -> new Answer(lease, from, read));
    }

    /** Some of the next entries, of each message at most so much that it can be seen to be too long. */
    private CompletableFuture<List<StreamMessage<String, String>>> beginnings(String from) {
        String cut = Integer.toString(longest() + CUT);
        return BEGINNINGS.run(parts.redis(), new String[] {partition.ingest()}, from, Integer.toString(LARGE_BATCH), cut).thenApply(reply -> {
            List<StreamMessage<String, String>> entries = new ArrayList<>();
            while (reply.hasNext()) {
                entries.add(new StreamMessage<>(partition.ingest(), reply.text(), Map.of("message", reply.text(), "ttl_from", reply.text())));
            }
            return entries;
        });
    }

    private int longest() {
        return parts.settings().maxMessageSize() + ENVELOPE;
    }

    private void hand(CompletableFuture<Answer> asked) {
        asked.handleAsync(this::taken, parts.lane()).exceptionally(failure -> {
            again("handing over what was read", failure); // its lane takes no more
            return null;
        });
    }

    private Void taken(Answer answer, Throwable failure) {
        if (failure != null) {
            again("reading the ingest stream", failure);
            return null;
        }
        long reader = answer.lease.number();
        leases.holds(this, reader != 0);
        if (reader != CONTINUED) {
            backlog.clear(); // another node may have taken what is here, or takes it now
            cursor = START;
        }
        held = reader == CONTINUED ? answer.asked : START;
        if (reader == 0) {
            mayBeLarge = true;
            laterAround(WAIT_MILLIS);
            return null;
        }
        answer.lease.text(); // the newest id
        long bytes = answer.lease.number();
        mayBeLarge = bytes > LARGE_STREAM && bytes > LARGE_ENTRY * answer.lease.number();
        if (reader != CONTINUED && !answer.asked.equals(START)) {
            later(0); // why: what was left is to be taken first
            return null;
        }
        int some = answer.entries.size();
        for (StreamMessage<String, String> entry : answer.entries) {
            take(entry.getId(), entry.getBody() == null ? Map.of() : entry.getBody());
            cursor = entry.getId();
        }
        CompletableFuture<Boolean> published = backlog.publish();
        // why: Redis then reads the next ones right after it has kept these
        CompletableFuture<Answer> ahead = some > 0 && !stopped && !published.isDone() && backlog.hasRoom() && !leases.mustGiveUp(this) ? ask() : null;
        published.whenComplete((progress, never) -> finishing.whenComplete((before, refused) -> {
            if (refused == null) {
                goOn(some, progress, ahead);
            } else {
                again(FINISHING, refused);
            }
        }));
        return null;
    }

    /**
     * The entries just read are done, or wait.
     *
     * @param some     how many they were
     * @param progress false if nothing went through
     * @param ahead    the reading of the next ones, if it has begun
     */
    private void goOn(int some, boolean progress, CompletableFuture<Answer> ahead) {
        finishing = finish();
        if (ahead != null && progress && !leases.mustGiveUp(this)) {
            hand(ahead); // why not when these have left the stream: the next step looks whether they have
            return;
        }
        finishing.whenComplete((finished, refused) -> {
            if (refused != null) {
                again(FINISHING, refused);
            } else if (leases.mustGiveUp(this)) {
                giveUp();
            } else if (ahead != null) {
                parts.redis().later(() -> hand(ahead), WAIT_MILLIS);
            } else if (!progress) {
                later(WAIT_MILLIS); // why: where nobody can be published to, the next ones cannot either
            } else if (!backlog.hasRoom()) {
                later(FULL_MILLIS);
            } else if (some == 0 && !finished) {
                awaitNext();
            } else {
                later(0);
            }
        });
    }

    /** Waits for the next entry; only to be woken, as taking it is {@link #read}'s. */
    @SuppressWarnings("unchecked") // why: Lettuce takes an array of a generic type
    private void awaitNext() {
        if (!isWaitedFor) {
            later(WAIT_MILLIS);
            return;
        }
        String from = cursor;
        parts.redis().waiting(partition.number(), commands -> commands.xread(XReadArgs.Builder.block(WAIT_MILLIS).count(1),
                XReadArgs.StreamOffset.from(partition.ingest(), from))).whenComplete((entry, failure) -> later(failure == null ? 0 : WAIT_MILLIS));
    }

    private void take(String entry, Map<String, String> fields) {
        String from = fields.getOrDefault("ttl_from", "");
        long ttlFrom = MILLIS.matcher(from).matches() ? Long.parseLong(from) : Long.parseUnsignedLong(entry, 0, entry.indexOf('-'), 10);
        take(entry, fields.getOrDefault("message", ""), ttlFrom);
    }

    /** @param ttlFrom when it was added, unless it says otherwise */
    private void take(String entry, String text, long ttlFrom) {
        try {
            // why more than a frame may have: the message's address and its ids come on top
            Message message = Message.parse(text, longest());
            if (Utf8.length(message.frameTail()) > parts.settings().maxMessageSize()) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + parts.settings().maxMessageSize() + " bytes");
            }
            message.to().requireRoleIn(parts.settings().roles());
            backlog.add(new Inbox.Draft(message, entry, ttlFrom));
        } catch (BadMessageException e) {
            parts.rejections().rejected("ingest stream", e, text);
            backlog.reject(entry, RejectedMessage.kept(e.code(), e.getMessage(), text));
        }
    }

    /** @return whether there may be more to finish at once */
    private CompletableFuture<Boolean> finish() {
        Taken.Done done = backlog.takeDone(held, DONE_AT_ONCE);
        Map<String, String> rejected = backlog.rejected(BATCH);
        return takeOut(done).thenCompose(ok -> rejected.isEmpty() ? CompletableFuture.completedFuture(null) : keep(rejected))
                .thenApply(ok -> done.entries().size() == DONE_AT_ONCE || rejected.size() == BATCH);
    }

    private CompletableFuture<?> takeOut(Taken.Done done) {
        if (done.entries().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<String> args = new ArrayList<>(List.of(parts.node(), done.upTo(), done.before(), Integer.toString(done.trimmed())));
        args.addAll(done.entries());
        return DONE.run(parts.redis(), new String[] {partition.ingest(), partition.reader()}, args.toArray(String[]::new))
                .thenAccept(ok -> parts.ingested().add(done.entries().size()));
    }

    /** Why the rejected ones alone wait if this fails: the list may be a key of another type, and the others go on. */
    private CompletableFuture<?> keep(Map<String, String> rejected) {
        return parts.rejectedList().keep(partition, rejected).handle((ok, failure) -> {
            if (failure == null) {
                backlog.rejectedAreKept(rejected);
                parts.ingested().add(rejected.size());
            } else {
                LOG.log(notRejected.next().isPresent() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                        "Rejected messages stay in the ingest stream, as {0} cannot be written: {1}. Trying again. The next such line is a minute away.",
                        partition.rejected(), failure.toString());
            }
            return null;
        });
    }

    /** After a failure everything that was taken and is not done is taken anew. */
    private void again(String what, Throwable failure) {
        if (stopped) {
            return;
        }
        held = "";
        finishing = CompletableFuture.completedFuture(false);
        backlog.clear();
        LOG.log(parts.redis().isConnected() && failed.next().isPresent() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "Failed while {0} ({1}): {2}. Nothing is lost; trying again every {3} ms. The next such line is a minute away.",
                what, partition.ingest(), failure.toString(), WAIT_MILLIS);
        later(WAIT_MILLIS);
    }

    /** Lets another node go on. What is under way may still come to inboxes: they take it once. */
    private void giveUp() {
        held = "";
        backlog.clear();
        release().whenComplete((ok, failure) -> laterAround(WAIT_MILLIS));
    }

    private CompletableFuture<?> release() {
        return RELEASE.run(parts.redis(), new String[] {partition.reader()}, parts.node());
    }

    /** Stops reading, and lets another node take over at once. */
    CompletableFuture<?> stop() {
        stopped = true;
        return release();
    }
}
