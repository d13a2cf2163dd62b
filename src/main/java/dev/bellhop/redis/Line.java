package dev.bellhop.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One connection for subscriptions, and the channels that are heard through it.
 *
 * <p>A connection may break, or stand and yet bring nothing. So a line keeps sending itself a message, the probe. If that does not come
 * back, it begins a new connection, and subscribes to everything anew.
 *
 * <p>Thread-safe. One thread of its own makes the connections; no call blocks but {@link #stop}.
 */
abstract class Line {
    private static final System.Logger LOG = System.getLogger(Line.class.getName());
    private static final long TICK_MILLIS = 500;
    private static final int PROBE_TICKS = 4;
    private static final long DEAF_MILLIS = 6_000;
    private static final long CONFIRMATION_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** So many channels are asked for; then the answers are waited for. */
    private static final int BATCH = 500;

    final Redis redis;
    private final PubSub owner;
    private final Set<String> channels = ConcurrentHashMap.newKeySet();
    /** Of those that are not confirmed: when it was asked for the last time. Why apart: there are few of them, and it is looked at twice a second. */
    private final ConcurrentMap<String, Long> asked = new ConcurrentHashMap<>();
    private final Semaphore disconnected = new Semaphore(0);

    private volatile StatefulRedisPubSubConnection<String, String> connection;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean hears;
    private volatile boolean stopped;
    private Thread thread;

    Line(Redis redis, PubSub owner) {
        this.redis = redis;
        this.owner = owner;
    }

    // --- what kinds of lines differ in

    /** Whom it hears, for the log. */
    abstract String name();

    /** Blocks for at most the connect timeout. */
    abstract StatefulRedisPubSubConnection<String, String> connect();

    /** Its own channel; null while it has none. */
    abstract String probe();

    abstract CompletableFuture<Long> sendProbe(String probe);

    /** @return the last command's answer */
    abstract RedisFuture<Void> ask(RedisPubSubAsyncCommands<String, String> commands, List<String> some);

    abstract void giveUp(RedisPubSubAsyncCommands<String, String> commands, String channel);

    /** It has lost its connection, or ({@code moved}) a subscription that it still wants. */
    abstract void lost(boolean moved);

    /** Every two seconds, after the probe. */
    void look() {}

    /** Whether a subscription is told to the listener, who then reads what may have been missed. */
    boolean tells(String channel) {
        return true;
    }

    // --- what is wanted

    void start(ThreadFactory threads, String threadName) {
        thread = threads.newThread(this::run);
        thread.setName(threadName);
        thread.start();
    }

    void subscribe(String channel) {
        if (channels.add(channel)) {
            subscribeAgain(channel);
        }
    }

    /** Asks again for a subscription whose confirmation has not come. */
    void subscribeAgain(String channel) {
        if (channels.contains(channel)) {
            asked.put(channel, System.nanoTime());
            dispatch(commands -> ask(commands, List.of(channel)));
        }
    }

    void unsubscribe(String channel) {
        asked.remove(channel);
        if (channels.remove(channel)) {
            dispatch(commands -> giveUp(commands, channel));
        }
    }

    boolean holds(String channel) {
        return channels.contains(channel);
    }

    private void dispatch(Consumer<RedisPubSubAsyncCommands<String, String>> command) {
        Client client = redis.client();
        if (client == null || stopped) {
            return; // all that is wanted is subscribed once there is a connection
        }
        try {
            client.dispatcher().execute(() -> {
                StatefulRedisPubSubConnection<String, String> current = connection;
                if (current != null && current.isOpen()) {
                    command.accept(current.async());
                }
            });
        } catch (RejectedExecutionException shutDown) {
            LOG.log(System.Logger.Level.DEBUG, "not (un)subscribed: stopping");
        }
    }

    /** Whether its last probe came back. */
    boolean hears() {
        return hears && !stopped;
    }

    /** For how long nothing has been heard, or since when it is there. */
    long silentNanos() {
        return System.nanoTime() - heardNanos;
    }

    // --- the connection

    private void run() {
        Backoff backoff = new Backoff();
        boolean first = true;
        while (!stopped) {
            if (!redis.isConnected()) {
                hears = false;
                if (!Redis.sleep(50)) {
                    return;
                }
                continue;
            }
            if (!first) {
                owner.restarted();
            }
            first = false;
            try {
                connectAndListen();
                backoff = new Backoff();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (stopped) {
                    return;
                }
                long millis = backoff.next();
                LOG.log(backoff.level(), "Subscribing to {0} failed: {1}. Trying again in {2} ms.", name(), Redis.rootMessage(e), millis);
                if (!Redis.sleep(millis)) {
                    return;
                }
            } finally {
                hears = false;
                lost(false);
            }
        }
    }

    private void connectAndListen() throws InterruptedException {
        StatefulRedisPubSubConnection<String, String> made = connect();
        try {
            disconnected.drainPermits();
            long begun = System.nanoTime();
            made.addListener(new Adapter());
            made.addListener(new RedisConnectionStateListener() {
                @Override
                public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                    disconnected.release();
                }
            });
            connection = made; // why before the channels are read: what is wanted from here on subscribes itself
            ask(made, List.copyOf(channels));
            for (int tick = 0; !stopped && made.isOpen(); tick++) {
                if (tick % PROBE_TICKS == 0) {
                    String probe = probe();
                    if (probe != null) {
                        sendProbe(probe);
                    }
                    look();
                }
                if (disconnected.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.log(System.Logger.Level.WARNING,
                            "The connection of the subscriptions to {0} broke; beginning a new one. What was missed is replayed.", name());
                    return;
                }
                ask(made, unconfirmed());
                if (TimeUnit.NANOSECONDS.toMillis(Math.min(silentNanos(), System.nanoTime() - begun)) > DEAF_MILLIS && probe() != null) {
                    hears = false;
                    if (redis.isConnected()) {
                        LOG.log(System.Logger.Level.WARNING,
                                "The subscription to {0} is deaf: its own probe did not come back; beginning a new one. What was missed is replayed.", name());
                        redis.renewIfSilent(TimeUnit.MILLISECONDS.toNanos(DEAF_MILLIS));
                        return;
                    }
                }
            }
        } finally {
            connection = null;
            made.closeAsync();
        }
    }

    /** What was asked for a while ago and has not come. */
    private List<String> unconfirmed() {
        long now = System.nanoTime();
        List<String> late = new ArrayList<>();
        for (Map.Entry<String, Long> one : asked.entrySet()) {
            if (!channels.contains(one.getKey())) {
                asked.remove(one.getKey()); // given up while it was asked for
            } else if (now - one.getValue() > CONFIRMATION_NANOS) {
                late.add(one.getKey());
            }
        }
        return late;
    }

    private void ask(StatefulRedisPubSubConnection<String, String> made, List<String> some) throws InterruptedException {
        for (int i = 0; i < some.size(); i += BATCH) {
            List<String> batch = some.subList(i, Math.min(i + BATCH, some.size()));
            batch.forEach(channel -> asked.put(channel, System.nanoTime()));
            ask(made.async(), batch).await(Client.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** A subscription that is still wanted is gone, or was refused. */
    void lost(String channel) {
        if (channels.contains(channel)) {
            asked.put(channel, System.nanoTime());
            lost(true);
        }
    }

    Collection<String> channels() {
        return channels;
    }

    private final class Adapter extends RedisPubSubAdapter<String, String> {
        @Override
        public void message(String channel, String text) {
            if (channel.equals(probe())) {
                heardNanos = System.nanoTime();
                hears = true;
                owner.probed();
            } else if (!owner.isProbe(channel)) {
                owner.heard(channel, text);
            }
        }

        @Override
        public void smessage(String channel, String text) {
            message(channel, text);
        }

        @Override
        public void subscribed(String channel, long count) {
            asked.remove(channel);
            if (channels.contains(channel) && !owner.isProbe(channel) && tells(channel)) {
                owner.subscribed(channel);
            }
        }

        @Override
        public void ssubscribed(String channel, long count) {
            subscribed(channel, count);
        }

        @Override
        public void sunsubscribed(String channel, long count) {
            lost(channel); // why: Redis says so, unasked, when it no longer has the channel's slot
        }
    }

    /** Ends the connection; {@link #join} waits for it. */
    void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Blocks for some seconds at most. */
    void join() {
        if (thread != null) {
            try {
                thread.join(10_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
