package dev.bellhop.ingest;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.Rejections;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XReadArgs;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
 * <p>No thread waits: each step begins the next. All state is touched by one step at a time.
 */
@ApplicationScoped
public class IngestReader {
    private static final System.Logger LOG = System.getLogger(IngestReader.class.getName());

    private static final Script READ = new Script(IngestReader.class, ScriptOutputType.MULTI, "read.lua");
    private static final Script DONE = new Script(IngestReader.class, ScriptOutputType.INTEGER, "done.lua");
    private static final Script RELEASE = new Script(IngestReader.class, ScriptOutputType.INTEGER, "release.lua");

    /** How long after a reader's death another takes over, at most; less than that between two renewals. */
    private static final int LEASE_MILLIS = 2_000;
    private static final int WAIT_MILLIS = 500;
    private static final int BATCH = 200;
    private static final int REJECTED_KEPT = 1_000;
    private static final int REJECTED_CHARS = 8_192;

    @Resource
    private ManagedExecutorService executor;

    private final Redis redis;
    private final Inbox inbox;
    private final Node node;
    private final Settings settings;
    private final Rejections rejections;
    private final Metrics.Count ingested;

    private volatile boolean stopped;
    private volatile boolean reading;
    /** Something was published since the start: this Redis understands the script. */
    private volatile boolean proven;
    private String cursor = "0-0";

    IngestReader() { // for the container's proxy
        this(null, null, null, null, null, new Metrics());
    }

    @Inject
    public IngestReader(Redis redis, Inbox inbox, Node node, Settings settings, Rejections rejections, Metrics metrics) {
        this.redis = redis;
        this.inbox = inbox;
        this.node = node;
        this.settings = settings;
        this.rejections = rejections;
        ingested = metrics.counter("ingested", "Entries of the ingest stream brought to an inbox or rejected");
        metrics.gauge("ingest_reader", "Whether this node is the one that reads the ingest stream", () -> reading ? 1 : 0);
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
        READ.<List<Object>>run(redis, new String[] {Keys.INGEST, Keys.READER}, node.name(), Integer.toString(LEASE_MILLIS),
                Integer.toString(BATCH), cursor).handleAsync(this::taken, executor).exceptionally(failure -> {
                    again("handing over what was read", failure); // the server's executor takes no more
                    return null;
                });
    }

    private Void taken(List<Object> result, Throwable failure) {
        if (failure != null) {
            again("reading the ingest stream", failure);
            return null;
        }
        reading = (Long) result.get(0) == 1;
        if (!reading) {
            cursor = "0-0";
            later(WAIT_MILLIS);
            return null;
        }
        cursor = (String) result.get(1);
        if (result.size() == 3) {
            if (cursor.isEmpty()) {
                awaitNext((String) result.get(2));
            } else {
                later(0);
            }
            return null;
        }
        deliver(result.subList(3, result.size()));
        return null;
    }

    /** Waits for an entry after this one; only to be woken, as taking it is {@link #read}'s. */
    @SuppressWarnings("unchecked") // why: Lettuce takes an array of a generic type
    private void awaitNext(String newest) {
        redis.waiting(commands -> commands.xread(XReadArgs.Builder.block(WAIT_MILLIS).count(1),
                XReadArgs.StreamOffset.from(Keys.INGEST, newest))).whenComplete((entry, failure) -> later(failure == null ? 0 : WAIT_MILLIS));
    }

    private void deliver(List<Object> entries) {
        Map<String, List<Inbox.Draft>> byUser = new LinkedHashMap<>();
        Map<String, String> rejected = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i += 2) {
            String entry = (String) entries.get(i);
            String text = (String) entries.get(i + 1);
            try {
                Message message = Message.parse(text, settings.maxMessageSize());
                if (message.toUserId().equals(Message.EVERYONE)) {
                    throw new BadMessageException(BadMessageException.BAD_MESSAGE, "a kept message needs one user; * is for the channel");
                }
                byUser.computeIfAbsent(message.toUserId(), user -> new ArrayList<>()).add(new Inbox.Draft(message, entry));
            } catch (BadMessageException e) {
                rejections.rejected("ingest stream", e, text);
                rejected.put(entry, inspection(e.code(), e.getMessage(), text));
            }
        }
        List<CompletableFuture<List<String>>> outcomes = new ArrayList<>();
        byUser.forEach((user, drafts) -> outcomes.add(publish(user, drafts, rejected)));
        CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                .handle((all, failure) -> {
                    List<String> done = new ArrayList<>();
                    outcomes.stream().filter(outcome -> !outcome.isCompletedExceptionally()).forEach(outcome -> done.addAll(outcome.join()));
                    return finish(done, rejected).thenAccept(ok -> {
                        if (failure != null) {
                            throw new CompletionException(failure);
                        }
                    });
                })
                .thenCompose(finished -> finished)
                .whenComplete((ok, failure) -> {
                    if (failure == null) {
                        later(0);
                    } else {
                        again("bringing messages to their inboxes", failure);
                    }
                });
    }

    /** Ends with the entries that are done. */
    private CompletableFuture<List<String>> publish(String user, List<Inbox.Draft> drafts, Map<String, String> rejected) {
        List<String> entries = drafts.stream().map(Inbox.Draft::entry).toList();
        return inbox.publish(user, drafts).thenApply(published -> {
            proven = true;
            return entries;
        }).exceptionallyCompose(failure -> {
            if (!isTheUsersAlone(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            // why: keys that are not as Bellhop left them stay so; to try for ever would hold up every other user
            LOG.log(System.Logger.Level.ERROR, "The keys of user {0} in Redis are not as Bellhop left them ({1}); messages for them go to {2}. Remove the keys.",
                    Rejections.excerpt(user), failure.getMessage(), Keys.REJECTED);
            synchronized (rejected) {
                drafts.forEach(draft -> rejected.put(draft.entry(), inspection("undeliverable", "a key of the user is not as Bellhop left it", draft.message().toJson())));
            }
            return CompletableFuture.completedFuture(List.of());
        });
    }

    /** Whether it is for this user's keys that a script failed which has worked for others. */
    private boolean isTheUsersAlone(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = String.valueOf(cause.getMessage());
        return cause instanceof RedisCommandExecutionException && (message.startsWith("WRONGTYPE") || (proven && message.startsWith("ERR ")));
    }

    private CompletableFuture<?> finish(List<String> done, Map<String, String> rejected) {
        if (done.isEmpty() && rejected.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<String> args = new ArrayList<>(1 + 2 * (done.size() + rejected.size()));
        args.add(Integer.toString(REJECTED_KEPT));
        done.forEach(entry -> {
            args.add(entry);
            args.add("");
        });
        rejected.forEach((entry, inspection) -> {
            args.add(entry);
            args.add(inspection);
        });
        return DONE.run(redis, new String[] {Keys.INGEST, Keys.REJECTED}, args.toArray(String[]::new))
                .thenAccept(ok -> ingested.add(done.size() + rejected.size()));
    }

    /** What is kept of a rejected message for whoever looks into it. */
    private static String inspection(String code, String reason, String text) {
        String shortened = text.length() <= REJECTED_CHARS ? text : text.substring(0, REJECTED_CHARS);
        return "{\"at\":" + System.currentTimeMillis() + ",\"code\":" + Json.quote(code) + ",\"reason\":" + Json.quote(reason)
                + ",\"message\":" + Json.quote(shortened) + '}';
    }

    /** After a failure everything that was taken and is not done is taken anew. */
    private void again(String what, Throwable failure) {
        if (stopped) {
            return;
        }
        cursor = "0-0";
        LOG.log(redis.isConnected() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "Failed while {0}: {1}. Nothing is lost; trying again in {2} ms.", what, failure.toString(), WAIT_MILLIS);
        later(WAIT_MILLIS);
    }

    /** Stops reading and lets another node take over at once. Waits for two seconds at most. */
    public void stop() {
        stopped = true;
        try {
            // why not completeOnTimeout: the JDK's thread for that stays, and with it this application's class loader
            RELEASE.run(redis, new String[] {Keys.READER}, node.name()).get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException away) {
            LOG.log(System.Logger.Level.DEBUG, "the lease is left to end by itself: {0}", away.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
