package dev.bellhop.live;

import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Starts and stops all that has to do with connections. */
@ApplicationScoped
public class Connections {
    private static final int BATCH = 200;
    private static final long BATCH_PAUSE_MILLIS = 20;
    private static final long MOST_MILLIS = 5_000;

    private final PubSub pubSub;
    private final Keys keys;
    private final Subscriber subscriber;
    private final Sweeper sweeper;
    private final Registry registry;
    private final Live live;

    Connections() { // for the container's proxy
        this(null, null, null, null, null, null);
    }

    @Inject
    Connections(PubSub pubSub, Keys keys, Subscriber subscriber, Sweeper sweeper, Registry registry, Live live) {
        this.pubSub = pubSub;
        this.keys = keys;
        this.subscriber = subscriber;
        this.sweeper = sweeper;
        this.registry = registry;
        this.live = live;
    }

    /** Begins to subscribe and to look after connections. */
    public void start(ThreadFactory threads) {
        pubSub.start(threads, subscriber);
        pubSub.subscribe(keys.shared());
        sweeper.start();
    }

    /**
     * Closes every connection with 1001, in batches so that the pages do not all come to the other nodes at the same moment.
     * Blocks until they are closed, for five seconds at most. Done once: calling it again changes nothing.
     */
    public void drain() {
        if (!live.drain()) {
            return;
        }
        List<Connection> all = new ArrayList<>();
        registry.feeds().forEach(feed -> all.addAll(List.of(feed.connections())));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
        try {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).close(CloseCode.GOING_AWAY);
                if (i % BATCH == BATCH - 1 && System.nanoTime() < end) {
                    Thread.sleep(BATCH_PAUSE_MILLIS);
                }
            }
            while (all.stream().anyMatch(connection -> connection.session().isOpen()) && System.nanoTime() < end) {
                Thread.sleep(BATCH_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sweeper.stop();
    }

    /** Ends the subscriptions. */
    public void stop() {
        pubSub.stop();
    }
}
