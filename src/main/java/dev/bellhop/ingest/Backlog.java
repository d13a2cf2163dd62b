package dev.bellhop.ingest;

import dev.bellhop.board.Boards;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Address;
import dev.bellhop.metric.OncePerMinute;
import dev.bellhop.redis.Backoff;
import dev.bellhop.redis.Failures;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.rejected.RejectedMessage;
import dev.bellhop.rejected.Rejections;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Entries of one ingest stream that were taken and are not done: by address, and of each in the stream's order.
 *
 * <p>A user (or a board) that cannot be published to (a shard that fails over, a slot that moves) holds up nobody else: the user's entries wait here
 * and are tried again for ever. Each of them is still in the stream, so nothing is lost with this node.
 *
 * <p>Thread-safe, never blocks.
 */
final class Backlog {
    private static final System.Logger LOG = System.getLogger(Backlog.class.getName());
    /** Of all streams that a node reads. */
    private static final int MOST_ENTRIES = 100_000;
    private static final long MOST_CHARS = 64L << 20;
    private static final int AT_ONCE = 200;
    private static final long CHARS_AT_ONCE = 1 << 20;
    /** For how long others wait for a user's messages. */
    private static final int PATIENCE_MILLIS = 200;

    private final Redis redis;
    private final Partition partition;
    private final int streams;
    private final Inbox inbox;
    private final Boards boards;
    private final OncePerMinute warnings = new OncePerMinute();

    // guarded by this
    private Map<Address, Waiting> users = new HashMap<>();
    private final List<Waiting> ready = new ArrayList<>();
    private final Taken taken = new Taken();
    private Map<String, String> rejected = new LinkedHashMap<>();
    private int entries;
    private long chars;
    private int held;

    /** @param streams among how many such the room is shared */
    Backlog(Redis redis, Partition partition, int streams, Inbox inbox, Boards boards) {
        this.redis = redis;
        this.partition = partition;
        this.streams = streams;
        this.inbox = inbox;
        this.boards = boards;
    }

    /** The entries for one user or board. All fields are guarded by the backlog. */
    private static final class Waiting {
        private final Address to;
        private final Deque<Inbox.Draft> drafts = new ArrayDeque<>();
        /** They are being published, or wait for the next try. */
        private boolean busy;
        /** Null unless the last try failed. */
        private Backoff backoff;

        Waiting(Address to) {
            this.to = to;
        }

        /** For the log. */
        String shown() {
            return Rejections.excerpt(to.isUser() ? to.name() : to.board());
        }
    }

    /** Whether there is room for some hundreds more. */
    synchronized boolean hasRoom() {
        return entries < MOST_ENTRIES / streams && chars < MOST_CHARS / streams;
    }

    /** How many wait, because Redis refuses their user's keys. */
    synchronized int heldEntries() {
        return users.values().stream().filter(waiting -> waiting.backoff != null).mapToInt(waiting -> waiting.drafts.size()).sum();
    }

    /** How many users' wait so. */
    synchronized int heldUsers() {
        return held;
    }

    /** Forgets everything: it is taken from the stream again. */
    synchronized void clear() {
        users = new HashMap<>(); // what is under way finds itself forgotten
        ready.clear();
        taken.clear();
        rejected = new LinkedHashMap<>();
        entries = 0;
        chars = 0;
        held = 0;
    }

    /** One more entry, behind those of its user. */
    synchronized void add(Inbox.Draft draft) {
        Waiting waiting = users.computeIfAbsent(draft.message().to(), Waiting::new);
        waiting.drafts.add(draft);
        taken.add(draft.entry());
        entries++;
        chars += chars(draft);
        if (!waiting.busy) {
            waiting.busy = true;
            ready.add(waiting);
        }
    }

    /** One more entry that cannot be used. */
    synchronized void reject(String entry, String inspection) {
        rejected.put(entry, inspection);
        taken.add(entry);
        entries++;
    }

    private static long chars(Inbox.Draft draft) {
        String data = draft.message().data();
        return 200 + (data == null ? 0 : data.length());
    }

    /**
     * Publishes what has been added.
     *
     * @return ends when all of it is done or held back, and at the latest after a moment; with false if nothing went through
     */
    CompletableFuture<Boolean> publish() {
        List<Waiting> now;
        synchronized (this) {
            now = List.copyOf(ready);
            ready.clear();
        }
        if (now.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        List<CompletableFuture<Boolean>> tries = new ArrayList<>(now.size());
        inbox.together(() -> {
            for (Waiting waiting : now) {
                CompletableFuture<Boolean> tried = new CompletableFuture<>();
                tries.add(tried);
                next(waiting, tried);
            }
        });
        CompletableFuture<Void> patience = new CompletableFuture<>();
        CompletableFuture<Void> all = CompletableFuture.allOf(tries.toArray(CompletableFuture[]::new));
        if (!all.isDone()) {
            redis.later(() -> patience.complete(null), PATIENCE_MILLIS);
        }
        return CompletableFuture.anyOf(all, patience).thenApply(ended -> tries.stream().anyMatch(tried -> tried.getNow(true)));
    }

    /** Publishes a user's next entries, and goes on until there are none. */
    private void next(Waiting waiting, CompletableFuture<Boolean> tried) {
        List<Inbox.Draft> some = new ArrayList<>();
        synchronized (this) {
            if (users.get(waiting.to) != waiting) {
                tried.complete(true); // forgotten
                return;
            }
            long size = 0;
            for (Inbox.Draft draft : waiting.drafts) {
                size += chars(draft);
                if (some.size() == AT_ONCE || (size > CHARS_AT_ONCE && !some.isEmpty())) {
                    break;
                }
                some.add(draft);
            }
            if (some.isEmpty()) {
                users.remove(waiting.to);
                released(waiting);
                tried.complete(true);
                return;
            }
        }
        publish(waiting.to, some).whenComplete((published, failure) -> {
            if (failure == null) {
                finished(waiting, some, null);
                next(waiting, tried);
            } else if (isTheUsersAlone(failure)) {
                LOG.log(System.Logger.Level.ERROR,
                        "The keys of user {0} in Redis are not as Bellhop left them ({1}); messages for them go to {2}. Remove the keys.",
                        waiting.shown(), Failures.cause(failure).getMessage(), partition.rejected());
                finished(waiting, some, "a key of the user is not as Bellhop left it");
                next(waiting, tried);
            } else {
                long millis = hold(waiting, failure);
                tried.complete(false);
                redis.later(() -> next(waiting, tried), millis);
            }
        });
    }

    private CompletableFuture<List<Inbox.Published>> publish(Address to, List<Inbox.Draft> some) {
        return to.isUser() ? inbox.publish(to.name(), some, partition.mark()) : boards.publish(to.board(), some, partition.mark());
    }

    /** @param fault why they are rejected; null if they are published */
    private synchronized void finished(Waiting waiting, List<Inbox.Draft> some, String fault) {
        if (users.get(waiting.to) != waiting) {
            return; // forgotten: they are taken again
        }
        released(waiting);
        for (Inbox.Draft draft : some) {
            waiting.drafts.remove();
            chars -= chars(draft);
            if (fault == null) {
                entries--;
                taken.done(draft.entry());
            } else {
                rejected.put(draft.entry(), RejectedMessage.kept("undeliverable", fault, draft.message().toJson()));
            }
        }
    }

    private synchronized long hold(Waiting waiting, Throwable failure) {
        if (waiting.backoff == null) {
            waiting.backoff = new Backoff();
            held++;
        }
        boolean warn = redis.isConnected() && users.get(waiting.to) == waiting && warnings.next().isPresent();
        LOG.log(warn ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "Redis does not take messages for user {0}: {1}. They wait in order and are tried again; "
                + "{2} users wait so, the others are served. If it lasts, look at the shard of that user. The next such line is a minute away.",
                waiting.shown(), Failures.cause(failure).toString(), held);
        return waiting.backoff.next();
    }

    private synchronized void released(Waiting waiting) {
        if (waiting.backoff != null) {
            waiting.backoff = null;
            held--;
            LOG.log(System.Logger.Level.DEBUG, "Redis takes messages for user {0} again; {1} users wait still.", waiting.shown(), held);
        }
    }

    /**
     * Whether it is for this user's keys that it failed, and will fail for ever. Anything else may pass: a slot that moves, a shard that fails
     * over, a Redis that is full, rights that are mended.
     */
    private static boolean isTheUsersAlone(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        String message = String.valueOf(cause.getMessage());
        return cause instanceof RedisCommandExecutionException && (message.startsWith("WRONGTYPE") || message.startsWith("DAMAGED"));
    }

    /**
     * Entries that are in their inboxes, at most so many; they are forgotten here.
     *
     * @param held up to which entry Redis knows that this node has taken the stream
     */
    synchronized Taken.Done takeDone(String held, int most) {
        return taken.takeDone(held, most, this.held > 0 || !rejected.isEmpty());
    }

    /** Entries that cannot be used, oldest first and at most so many, and what to keep of each; they stay until {@link #rejectedAreKept}. */
    synchronized Map<String, String> rejected(int most) {
        Map<String, String> some = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : rejected.entrySet()) {
            if (some.size() == most) {
                break;
            }
            some.put(each.getKey(), each.getValue());
        }
        return some;
    }

    synchronized void rejectedAreKept(Map<String, String> kept) {
        int before = rejected.size();
        rejected.keySet().removeAll(kept.keySet());
        kept.keySet().forEach(taken::gone);
        entries -= before - rejected.size();
    }
}
