package dev.bellhop.redis;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.metric.Metrics;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import jakarta.inject.Inject;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connection to Redis that all commands share.
 *
 * <p>Thread-safe; never blocks but in {@link #start} and {@link #stop}. A call while Redis is away fails at once; a call
 * under way when the connection breaks fails, and may or may not have been done. Results come on a thread of Lettuce's,
 * which must not be kept: hand longer work to an executor.
 *
 * <p>Why every call goes through one thread of Lettuce's own: Netty leaves thread-local objects on each thread that it runs
 * on, and on a thread of the server's they would hold the application's class loader after undeployment.
 */
@SingleInstance
public class Redis {
    private static final System.Logger LOG = System.getLogger(Redis.class.getName());
    private static final int MAX_IN_FLIGHT = 100_000;

    private final Settings settings;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final List<Runnable> onConnected = new CopyOnWriteArrayList<>();
    /** What is to run later and came before there was a client; guarded by itself. */
    private final List<Runnable> beforeClient = new ArrayList<>();
    private final Metrics.Count failures;
    private final Metrics.Count refused;
    private final Metrics.Count connects;
    private final WriteRefusals writeRefusals;

    private volatile Client client;
    private volatile Client.Commands current;
    /** One for each stream that is waited for: without a number, then by number. */
    private volatile List<Client.Commands> waiting = List.of();
    private volatile long answeredNanos;
    private volatile boolean connected;
    private volatile boolean stopped;
    private Thread starter;

    @Inject
    public Redis(Settings settings, Metrics metrics) {
        this.settings = settings;
        failures = metrics.counter("redis_failures", "Commands to Redis that failed or were not answered in time");
        refused = metrics.counter("redis_refused", "Commands not sent, because Redis was disconnected or too many were unanswered");
        writeRefusals = new WriteRefusals(metrics);
        connects = metrics.counter("redis_connects", "Connections made to Redis for commands, the first one included");
        metrics.gauge("redis_up", "1 while the connection to Redis for commands is open, else 0", () -> connected ? 1 : 0);
        metrics.gauge("redis_in_flight", "Commands sent to Redis and not yet answered", inFlight::get);
    }

    /** Begins to connect, and keeps trying until it is done or stopped. Returns at once. */
    public synchronized void start(ThreadFactory threads) {
        // why not waited for: some servers begin a managed thread only when the whole application has started
        starter = threads.newThread(() -> connect(create()));
        starter.setName("bellhop-redis-start");
        starter.start();
    }

    private Client create() {
        Client created = new Client(settings);
        List<Runnable> waited;
        synchronized (beforeClient) {
            client = created;
            waited = List.copyOf(beforeClient);
            beforeClient.clear();
        }
        waited.forEach(Runnable::run);
        return created;
    }

    private void connect(Client created) {
        Backoff backoff = new Backoff();
        while (!stopped) {
            try {
                open(created);
                return;
            } catch (RuntimeException e) {
                if (stopped) {
                    return;
                }
                long millis = backoff.next();
                LOG.log(backoff.level(), "Redis is away at {0}: {1}. Trying again in {2} ms; if it stays away, check bellhop.redis.uri and that Redis runs.",
                        address(), rootMessage(e), millis);
                if (!sleep(millis)) {
                    return;
                }
            }
        }
    }

    private void open(Client created) {
        Client.Commands fresh = created.connect();
        List<Client.Commands> freshWaiting = new ArrayList<>();
        try {
            freshWaiting.add(created.connect());
            while (freshWaiting.size() <= settings.partitions() && settings.partitions() > 1) {
                freshWaiting.add(created.connectAgain());
            }
        } catch (RuntimeException e) {
            fresh.connection().closeAsync();
            freshWaiting.forEach(one -> one.connection().closeAsync());
            throw e;
        }
        current = fresh;
        waiting = List.copyOf(freshWaiting);
        answeredNanos = System.nanoTime();
        fresh.connection().addListener(new StateListener(fresh));
        connectionMade();
    }

    /**
     * Begins new connections if nothing has been answered for a while: those that stand may lead to a host that is gone, which
     * TCP would not notice for a quarter of an hour. Blocks for some seconds; called on a thread of Bellhop's own.
     */
    void renewIfSilent(long silentNanos) {
        Client.Commands silent = current;
        List<Client.Commands> silentWaiting = waiting;
        if (silent == null || stopped || System.nanoTime() - answeredNanos < silentNanos) {
            return;
        }
        try {
            open(client);
            LOG.log(System.Logger.Level.WARNING,
                    "Redis did not answer; new connections were made. If it happens again, look for slow commands or a lost host.");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Redis does not answer at {0}, and new connections fail: {1}. Trying again.", address(), rootMessage(e));
            return;
        }
        silent.connection().closeAsync();
        silentWaiting.forEach(one -> one.connection().closeAsync());
    }

    /** Lettuce tells of its own reconnects. In a cluster these are single nodes: calls then decide for themselves. */
    private final class StateListener implements RedisConnectionStateListener {
        private final Client.Commands mine;

        StateListener(Client.Commands mine) {
            this.mine = mine;
        }

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
            if (mine == current) {
                connectionMade();
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            if (mine == current && !stopped && !settings.redisCluster()) {
                connected = false;
                LOG.log(System.Logger.Level.WARNING,
                        "Redis is away at {0}: the connection broke. Reconnecting by itself; nothing to do unless it stays so.", address());
            }
        }
    }

    private void connectionMade() {
        if (!connected) {
            connected = true;
            connects.add();
            LOG.log(System.Logger.Level.INFO, "Redis is connected at {0}.", address());
        }
        onConnected.forEach(Runnable::run);
    }

    /** Has the task run, on a thread of Lettuce's, each time Redis has (again) been reached. It must not block. */
    public void onConnected(Runnable task) {
        onConnected.add(task);
    }

    /** Whether commands can be sent. */
    public boolean isConnected() {
        return connected && !stopped;
    }

    /**
     * Sends one command.
     *
     * @param command called on Lettuce's thread, in the order of the calls of one thread
     * @return the answer; or {@link RedisAwayException}, at once and with nothing sent; or Lettuce's exception
     */
    public <T> CompletableFuture<T> call(Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return send(() -> current, command);
    }

    /**
     * As {@link #call}, for a command with which Redis takes its time (less than a command's time-out); one at a time for each partition.
     *
     * @param partition one of {@code bellhop.partitions}, or {@link Partition#NONE}
     */
    public <T> CompletableFuture<T> waiting(int partition, Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return send(() -> waiting.get(partition + 1), command);
    }

    /** What has come of several calls, in their order; fails if one of them does. */
    public static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> calls) {
        return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).thenApply(done -> calls.stream().map(CompletableFuture::join).toList());
    }

    /** As {@link #call}, to one member of the cluster. */
    <T> CompletableFuture<T> callAt(String member, Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return sendTo(() -> current.at(member).thenCompose(command));
    }

    /**
     * Announces on one of {@link Keys}' channels of users, boards and probes. On a cluster only the shard of the channel bears the cost.
     *
     * @return how many nodes have heard it
     */
    public CompletableFuture<Long> announce(String channel, String text) {
        return isCluster() ? call(commands -> commands.spublish(channel, text)) : call(commands -> commands.publish(channel, text));
    }

    /** Where a script announces, as {@link #announce} does: the command and the channel, for {@code announce.lua}. */
    public String announcing(String channel) {
        return announcing() + ' ' + channel;
    }

    /** The command with which a script announces: on a cluster it costs the channel's own shard alone. */
    public String announcing() {
        return isCluster() ? "SPUBLISH" : "PUBLISH";
    }

    /** Whether keys are spread over several Redis by their slots. */
    public boolean isCluster() {
        return settings.redisCluster();
    }

    private <T> CompletableFuture<T> send(Supplier<Client.Commands> connection,
            Function<RedisClusterAsyncCommands<String, String>, RedisFuture<T>> command) {
        return sendTo(() -> command.apply(connection.get().async()));
    }

    private <T> CompletableFuture<T> sendTo(Supplier<CompletionStage<T>> command) {
        Client open = client;
        if (!isConnected() || open == null) {
            return refuse("Redis is away");
        }
        if (inFlight.incrementAndGet() > MAX_IN_FLIGHT) {
            inFlight.decrementAndGet();
            return refuse("too many commands are waiting for Redis");
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            open.dispatcher().execute(() -> {
                try {
                    command.get().whenComplete((value, failure) -> settle(result, value, failure));
                } catch (RuntimeException e) {
                    settle(result, null, e);
                }
            });
        } catch (RejectedExecutionException shutDown) {
            settle(result, null, new RedisAwayException("Bellhop is stopping"));
        }
        return result;
    }

    /**
     * Runs a task after a while, on a thread of Lettuce's; it must not block. Before {@link #start} has got that far it waits;
     * once stopped it is dropped.
     */
    public void later(Runnable task, long millis) {
        if (client == null && isKept(task, millis)) {
            return;
        }
        if (stopped) {
            return;
        }
        try {
            client.dispatcher().schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException shutDown) {
            LOG.log(System.Logger.Level.DEBUG, "not run later: stopping");
        }
    }

    private boolean isKept(Runnable task, long millis) {
        synchronized (beforeClient) {
            if (client != null) {
                return false;
            }
            if (!stopped && beforeClient.size() < MAX_IN_FLIGHT) {
                beforeClient.add(() -> later(task, millis));
            }
            return true;
        }
    }

    private <T> void settle(CompletableFuture<T> result, T value, Throwable failure) {
        inFlight.decrementAndGet();
        if (failure == null) {
            answeredNanos = System.nanoTime();
            writeRefusals.succeeded();
            result.complete(value);
        } else {
            failures.add();
            writeRefusals.failed(failure);
            result.completeExceptionally(failure);
        }
    }

    private <T> CompletableFuture<T> refuse(String why) {
        refused.add();
        return CompletableFuture.failedFuture(new RedisAwayException(why));
    }

    private String address() {
        return LoggedUri.of(settings.redisUris());
    }

    /** Lettuce itself, for {@link PubSub}; null before it has been set up. */
    Client client() {
        return client;
    }

    /** Ends every connection and thread. Blocks for some seconds at most. */
    public synchronized void stop(ThreadFactory threads) {
        stopped = true;
        onConnected.clear();
        // why on a thread of its own: see the class comment
        Thread stopper = threads.newThread(() -> {
            try {
                if (starter != null) {
                    starter.interrupt();
                    starter.join(10_000);
                }
                if (client != null) {
                    client.close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stopper.setName("bellhop-redis-stop");
        stopper.start();
        try {
            stopper.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.toString();
    }
}
