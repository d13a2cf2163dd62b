package dev.bellhop.redis;

import dev.bellhop.config.Node;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.metric.Metrics;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * This node's subscriptions (<a href="https://redis.io/docs/latest/develop/pubsub/">Pub/Sub</a>).
 *
 * <p>Pub/Sub is best effort: a connection may break, or stand and yet bring nothing. So each channel's (re)subscription is
 * told to the {@link Listener}, who then reads what it may have missed; and the node keeps sending itself a message, and
 * begins a new connection if that does not come back.
 *
 * <p>Thread-safe. One thread of its own makes the connections; no call blocks.
 */
@SingleInstance
public class PubSub {
    private static final System.Logger LOG = System.getLogger(PubSub.class.getName());
    private static final long PROBE_MILLIS = 2_000;
    private static final long DEAF_MILLIS = 6_000;
    private static final int BATCH = 500;

    /** Called on a thread of Lettuce's, in the order in which Redis sent; must not block. */
    public interface Listener {
        void message(String channel, String text);

        /** From now on nothing on this channel is missed; what came before may have been. */
        void subscribed(String channel);

        /** The node's probe has come: the task is to run when all that came before has been handed over. */
        void probe(Runnable passed);
    }

    private final Redis redis;
    private final String probeChannel;
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();
    private final Semaphore disconnected = new Semaphore(0);
    private final Metrics.Count restarts;

    private volatile Listener listener;
    private volatile StatefulRedisPubSubConnection<String, String> connection;
    private volatile long heardNanos;
    private volatile boolean hears;
    /** Since when a probe waits to be handed over; 0 if none does. */
    private volatile long probeWaitsNanos;
    private volatile boolean stopped;
    private Thread thread;

    @Inject
    public PubSub(Redis redis, Keys keys, Node node, Metrics metrics) {
        this.redis = redis;
        probeChannel = keys.probe(node.name());
        restarts = metrics.counter("subscription_restarts", "Subscriptions begun again, because the connection broke or brought nothing any more");
        metrics.gauge("subscription_up", "1 while this node hears its own probe through Redis, else 0", () -> hears ? 1 : 0);
        metrics.gauge("delivery_up", "1 while this node hands on what it hears, else 0", () -> delivers() ? 1 : 0);
        metrics.gauge("subscription_channels", "Channels this node subscribes to", wanted::size);
    }

    /** Begins to connect, and keeps a connection until stopped. Returns at once. */
    public synchronized void start(ThreadFactory threads, Listener to) {
        listener = to;
        wanted.add(probeChannel);
        thread = threads.newThread(this::run);
        thread.setName("bellhop-subscriptions");
        thread.start();
    }

    /** Subscribes, now or as soon as Redis is there, and again after each cut; {@link Listener#subscribed} tells when. */
    public void subscribe(String channel) {
        if (wanted.add(channel)) {
            dispatch(current -> current.async().subscribe(channel));
        }
    }

    /** Asks again for a subscription whose confirmation has not come. */
    public void subscribeAgain(String channel) {
        if (wanted.contains(channel)) {
            dispatch(current -> current.async().subscribe(channel));
        }
    }

    public void unsubscribe(String channel) {
        if (wanted.remove(channel)) {
            dispatch(current -> current.async().unsubscribe(channel));
        }
    }

    private void dispatch(java.util.function.Consumer<StatefulRedisPubSubConnection<String, String>> command) {
        Client client = redis.client();
        if (client == null || stopped) {
            return; // all that is wanted is subscribed once there is a connection
        }
        try {
            client.dispatcher().execute(() -> {
                StatefulRedisPubSubConnection<String, String> current = connection;
                if (current != null && current.isOpen()) {
                    command.accept(current);
                }
            });
        } catch (java.util.concurrent.RejectedExecutionException shutDown) {
            LOG.log(System.Logger.Level.DEBUG, "not (un)subscribed: stopping");
        }
    }

    /** Whether the last probe came back. */
    public boolean hears() {
        return hears && !stopped;
    }

    /** Whether what is heard is handed over: false if a probe has waited for long behind messages, or a thread that is held. */
    public boolean delivers() {
        long since = probeWaitsNanos;
        return since == 0 || TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) < DEAF_MILLIS;
    }

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
                restarts.add();
            }
            first = false;
            try {
                connectAndListen();
                backoff = new Backoff();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                long millis = backoff.next();
                LOG.log(backoff.level(), "Subscribing failed: {0}. Trying again in {1} ms.", Redis.rootMessage(e), millis);
                if (!Redis.sleep(millis)) {
                    return;
                }
            } finally {
                hears = false;
            }
        }
    }

    private void connectAndListen() throws InterruptedException {
        StatefulRedisPubSubConnection<String, String> made = redis.client().connectPubSub();
        try {
            disconnected.drainPermits();
            heardNanos = System.nanoTime();
            made.addListener(new Adapter());
            made.addListener(new RedisConnectionStateListener() {
                @Override
                public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                    disconnected.release();
                }
            });
            connection = made; // why before the list is read: what is wanted from here on subscribes itself
            List<String> channels = new ArrayList<>(wanted);
            for (int i = 0; i < channels.size(); i += BATCH) {
                made.async().subscribe(channels.subList(i, Math.min(i + BATCH, channels.size())).toArray(String[]::new))
                        .await(Client.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
            while (!stopped && made.isOpen()) {
                redis.call(commands -> commands.publish(probeChannel, ""));
                if (disconnected.tryAcquire(PROBE_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.log(System.Logger.Level.WARNING, "The connection of the subscriptions broke; beginning a new one. What was missed is replayed.");
                    return;
                }
                if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos) > DEAF_MILLIS) {
                    hears = false;
                    if (redis.isConnected()) {
                        LOG.log(System.Logger.Level.WARNING, "The subscription is deaf: its own probe did not come back; beginning a new one. What was missed is replayed.");
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

    private final class Adapter extends RedisPubSubAdapter<String, String> {
        @Override
        public void message(String channel, String text) {
            if (channel.equals(probeChannel)) {
                heardNanos = System.nanoTime();
                hears = true;
                if (probeWaitsNanos == 0) {
                    probeWaitsNanos = heardNanos | 1; // 0 says none
                }
                listener.probe(() -> probeWaitsNanos = 0);
            } else {
                listener.message(channel, text);
            }
        }

        @Override
        public void subscribed(String channel, long count) {
            if (!channel.equals(probeChannel)) {
                listener.subscribed(channel);
            }
        }
    }

    /** Ends the thread and the connection. Blocks for some seconds at most. */
    public synchronized void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(10_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
