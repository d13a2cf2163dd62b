package dev.bellhop.ingest;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.board.Boards;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.lane.Lanes;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import dev.bellhop.message.Utf8;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.rejected.RejectedMessage;
import dev.bellhop.rejected.Rejections;
import io.lettuce.core.XReadArgs;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Moves messages from the ingest stream into their inboxes.
 *
 * <p>One node at a time reads, under a short lease in Redis, so the stream's order is the inboxes' order. An entry leaves
 * the stream when it is in its inbox; whatever a reader that died had taken and not done, the next one takes first. The
 * inbox knows the newest entry that it has of the stream, so an entry that comes twice is kept once.
 *
 * <p>A user who cannot be published to holds up nobody else, see {@link Backlog}. No thread waits: each step begins the next. All state
 * is touched by one step at a time.
 */
@SingleInstance
public class IngestReader {
    private static final System.Logger LOG = System.getLogger(IngestReader.class.getName());

    private static final Script READ = new Script(IngestReader.class, "read.lua");
    private static final Script DONE = new Script(IngestReader.class, "/dev/bellhop/inbox/positions.lua", "done.lua");
    private static final Script RELEASE = new Script(IngestReader.class, "release.lua");

    /** How long after a reader's death another takes over, at most; less than that between two renewals. */
    private static final int LEASE_MILLIS = 2_000;
    private static final int WAIT_MILLIS = 500;
    private static final int BATCH = 200;
    private static final int DONE_AT_ONCE = 1_000;
    private static final int FULL_MILLIS = 100;
    /** What a message's JSON may have around its frame: address, id and ttl, perhaps escaped. */
    private static final int ENVELOPE = 6 * (Message.MAX_USER_ID + Message.MAX_ID) + 200;
    /** Begins with what a reader before left undone. */
    private static final String START = "0-0";
    private static final long CONTINUED = 1;

    @Inject
    private Lanes lanes;

    private final Redis redis;
    private final Keys keys;
    private final Node node;
    private final Settings settings;
    private final RejectedList rejectedList;
    private final Rejections rejections;
    private final Metrics.Count ingested;
    private final Backlog backlog;

    private volatile boolean stopped;
    private volatile boolean reading;
    private String cursor = START;

    @Inject
    public IngestReader(Redis redis, Keys keys, Inbox inbox, Boards boards, Node node, Settings settings, RejectedList rejectedList, Rejections rejections, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.node = node;
        this.settings = settings;
        this.rejectedList = rejectedList;
        this.rejections = rejections;
        backlog = new Backlog(redis, keys, inbox, boards, metrics);
        ingested = metrics.counter("ingested", "Entries of the ingest stream that were brought to an inbox or rejected");
        metrics.gauge("ingest_reader", "1 on the node that reads the ingest stream, else 0", () -> reading ? 1 : 0);
    }

    /** Begins to read once Redis is there, until stopped. Returns at once. */
    public void start() {
        later(0);
    }

    private void later(long millis) {
        if (!stopped) {
            redis.later(this::read, millis);
        }
    }

    private void read() {
        if (stopped) {
            return;
        }
        READ.run(redis, new String[] {keys.ingest(), keys.reader()}, node.name(), Integer.toString(LEASE_MILLIS),
                Integer.toString(backlog.hasRoom() ? BATCH : 0), cursor).handleAsync(this::taken, lanes.ingest()).exceptionally(failure -> {
                    again("handing over what was read", failure); // its lane takes no more
                    return null;
                });
    }

    private Void taken(Reply reply, Throwable failure) {
        if (failure != null) {
            again("reading the ingest stream", failure);
            return null;
        }
        long reader = reply.number();
        reading = reader != 0;
        if (reader != CONTINUED) {
            backlog.clear(); // another node may have taken what is here, or takes it now
        }
        if (!reading) {
            cursor = START;
            later(WAIT_MILLIS);
            return null;
        }
        cursor = reply.text();
        String newest = reply.text();
        boolean nothing = !reply.hasNext();
        while (reply.hasNext()) {
            take(reply.text(), reply.text(), reply.number());
        }
        backlog.publish().whenComplete((progress, never) -> finish().whenComplete((finished, refused) -> {
            if (refused != null) {
                again("taking entries out of the ingest stream", refused);
            } else if (!progress) {
                later(WAIT_MILLIS); // why: where nobody can be published to, the next ones cannot either
            } else if (!backlog.hasRoom()) {
                later(FULL_MILLIS);
            } else if (nothing && cursor.isEmpty() && !finished) {
                awaitNext(newest);
            } else {
                later(0);
            }
        }));
        return null;
    }

    /** Waits for an entry after this one; only to be woken, as taking it is {@link #read}'s. */
    @SuppressWarnings("unchecked") // why: Lettuce takes an array of a generic type
    private void awaitNext(String newest) {
        redis.waiting(commands -> commands.xread(XReadArgs.Builder.block(WAIT_MILLIS).count(1),
                XReadArgs.StreamOffset.from(keys.ingest(), newest))).whenComplete((entry, failure) -> later(failure == null ? 0 : WAIT_MILLIS));
    }

    private void take(String entry, String text, long ttlFrom) {
        try {
            // why more than a frame may have: the message's address and its ids come on top
            Message message = Message.parse(text, settings.maxMessageSize() + ENVELOPE);
            if (Utf8.length(message.frameTail()) > settings.maxMessageSize()) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + settings.maxMessageSize() + " bytes");
            }
            message.to().requireRoleIn(settings.roles());
            backlog.add(new Inbox.Draft(message, entry, ttlFrom));
        } catch (BadMessageException e) {
            rejections.rejected("ingest stream", e, text);
            backlog.reject(entry, RejectedMessage.kept(e.code(), e.getMessage(), text));
        }
    }

    /** @return whether there was anything to finish */
    private CompletableFuture<Boolean> finish() {
        List<String> done = backlog.takeDone(DONE_AT_ONCE);
        Map<String, String> rejected = backlog.rejected(BATCH);
        CompletableFuture<?> finished = done.isEmpty() ? CompletableFuture.completedFuture(null)
                : DONE.run(redis, new String[] {keys.ingest()}, done.toArray(String[]::new)).thenAccept(ok -> ingested.add(done.size()));
        return finished.thenCompose(ok -> rejected.isEmpty() ? CompletableFuture.completedFuture(null) : keep(rejected))
                .thenApply(ok -> !done.isEmpty());
    }

    /** Why the rejected ones alone wait if this fails: the list may be a key of another type, and the others go on. */
    private CompletableFuture<?> keep(Map<String, String> rejected) {
        return rejectedList.keep(rejected).handle((ok, failure) -> {
            if (failure == null) {
                backlog.rejectedAreKept(rejected);
                ingested.add(rejected.size());
            } else {
                LOG.log(System.Logger.Level.WARNING, "Rejected messages stay in the ingest stream, as {0} cannot be written: {1}. Trying again.", keys.rejected(), failure.toString());
            }
            return null;
        });
    }

    /** After a failure everything that was taken and is not done is taken anew. */
    private void again(String what, Throwable failure) {
        if (stopped) {
            return;
        }
        cursor = START;
        backlog.clear();
        LOG.log(redis.isConnected() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "Failed while {0}: {1}. Nothing is lost; trying again in {2} ms.", what, failure.toString(), WAIT_MILLIS);
        later(WAIT_MILLIS);
    }

    /** Stops reading and lets another node take over at once. Waits for two seconds at most. */
    public void stop() {
        stopped = true;
        try {
            // why not completeOnTimeout: the JDK's thread for that stays, and with it this application's class loader
            RELEASE.run(redis, new String[] {keys.reader()}, node.name()).get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException away) {
            LOG.log(System.Logger.Level.DEBUG, "the lease is left to end by itself: {0}", away.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
