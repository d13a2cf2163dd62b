package dev.bellhop.redis;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.metric.Metrics;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * This node's subscriptions (<a href="https://redis.io/docs/latest/develop/pubsub/">Pub/Sub</a>): one connection; on a cluster one more to
 * each master, for what is announced there alone.
 *
 * <p>Pub/Sub is best effort. So each channel's (re)subscription is told to the {@link Listener}, who then reads what it may have missed;
 * and the node keeps sending itself probes, and begins a new connection if one does not come back.
 *
 * <p>Thread-safe. Threads of its own make the connections; no call blocks but {@link #stop}.
 */
@SingleInstance
public class PubSub {
    private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(6);

    /** Called on a thread of Lettuce's, in the order in which one Redis sent; must not block. */
    public interface Listener {
        void message(String channel, String text);

        /** From now on nothing on this channel is missed; what came before may have been. */
        void subscribed(String channel);

        /** The node's probe has come: the task is to run when all that came before has been handed over. */
        void probe(Runnable passed);
    }

    private final String shared;
    private final String probes;
    private final PlainLine plain;
    /** Null without a cluster. */
    private final Shards shards;
    private final Metrics.Count restarts;

    private volatile Listener listener;
    /** Since when a probe waits to be handed over; 0 if none does. */
    private volatile long probeWaitsNanos;
    private volatile boolean stopped;

    @Inject
    public PubSub(Redis redis, Keys keys, Node node, Settings settings, Metrics metrics) {
        shared = keys.shared();
        probes = keys.probe("");
        plain = new PlainLine(redis, this, keys.probe(node.name()));
        shards = settings.redisCluster() ? new Shards(redis, this, keys, node.name()) : null;
        restarts = metrics.counter("subscription_restarts", "Subscriptions begun again, because the connection broke or brought nothing any more");
        metrics.gauge("subscription_up", "1 while this node hears its own probe through Redis (on a cluster: through each shard), else 0",
                () -> hears() ? 1 : 0);
        metrics.gauge("subscription_shards_deaf", "Shards of the Redis Cluster that this node does not hear", () -> deafShards().size());
        metrics.gauge("delivery_up", "1 while this node hands on what it hears, else 0", () -> delivers() ? 1 : 0);
        metrics.gauge("subscription_channels", "Channels this node subscribes to", () -> plain.channels().size() + (shards == null ? 0 : shards.channels()));
    }

    /** Begins to connect, and keeps connections until stopped. Returns at once. */
    public synchronized void start(ThreadFactory threads, Listener to) {
        listener = to;
        plain.start(threads, "bellhop-subscriptions");
        if (shards != null) {
            shards.start(threads);
        }
    }

    /** Subscribes, now or as soon as Redis is there, and again after each cut; {@link Listener#subscribed} tells when. */
    public void subscribe(String channel) {
        if (isPlain(channel)) {
            plain.subscribe(channel);
        } else {
            shards.subscribe(channel);
        }
    }

    /** Asks again for a subscription whose confirmation has not come. */
    public void subscribeAgain(String channel) {
        if (isPlain(channel)) {
            plain.subscribeAgain(channel);
        } else {
            shards.subscribeAgain(channel);
        }
    }

    public void unsubscribe(String channel) {
        if (isPlain(channel)) {
            plain.unsubscribe(channel);
        } else {
            shards.unsubscribe(channel);
        }
    }

    /** Whether it is announced by PUBLISH: producers do that on the shared channel, also on a cluster. */
    private boolean isPlain(String channel) {
        return shards == null || channel.equals(shared);
    }

    // --- how it is

    /** Whether the last probes came back: on a cluster, from each shard. */
    public boolean hears() {
        return plain.hears() && deafShards().isEmpty() && !stopped && (shards == null || !shards.hearings().isEmpty());
    }

    /** Whether this node hears what another would hear in its place. False is a reason to send pages elsewhere. */
    public boolean hearsAsOthers() {
        return plain.hears() && !stopped && (shards == null || shards.hearsAsOthers());
    }

    /** The addresses of the masters whose announcements do not arrive; empty without a cluster. */
    public List<String> deafShards() {
        return shards == null ? List.of() : shards.hearings().stream().filter(one -> !one.hears()).map(Shards.Hearing::address).sorted().toList();
    }

    /** Whether what is heard is handed over: false if a probe has waited for long behind messages, or a thread that is held. */
    public boolean delivers() {
        long since = probeWaitsNanos;
        return since == 0 || System.nanoTime() - since < HELD_NANOS;
    }

    // --- what lines tell

    boolean isProbe(String channel) {
        return channel.startsWith(probes);
    }

    void heard(String channel, String text) {
        listener.message(channel, text);
    }

    void subscribed(String channel) {
        listener.subscribed(channel);
    }

    void probed() {
        if (probeWaitsNanos == 0) {
            probeWaitsNanos = System.nanoTime() | 1; // 0 says none
        }
        listener.probe(() -> probeWaitsNanos = 0);
    }

    void restarted() {
        restarts.add();
    }

    /** Ends the threads and the connections. Blocks for some seconds at most. */
    public synchronized void stop() {
        stopped = true;
        plain.stop();
        if (shards != null) {
            shards.stop();
        }
        plain.join();
    }
}
