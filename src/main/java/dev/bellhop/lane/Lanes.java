package dev.bellhop.lane;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.metric.Metrics;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bellhop's own threads: a lane for each kind of work, so that none holds up another.
 *
 * <p>Why not the server's executors: all applications share their threads, so a few tasks of any application that wait would stop
 * every delivery. A managed executor of our own ({@code @ManagedExecutorDefinition}) does not help everywhere: on one server all
 * executors take their threads from a single pool. The threads of a {@code ManagedThreadFactory} are nobody else's on each server.
 */
@SingleInstance
public class Lanes {
    private static final System.Logger LOG = System.getLogger(Lanes.class.getName());

    /** When a task is tried again for which there was no room, at the earliest; at the latest twice as long after. */
    private static final int RETRY_MILLIS = 500;
    /** How often it is looked whether tasks are blocked. */
    private static final int WIDEN_MILLIS = 100;
    /** How many pages may leave a write or a close blocked before others wait. Why so few: on each server but one, none ever is. */
    private static final int MOST_BLOCKED = 200;
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(8);

    private final Lane delivery;
    private final Lane pages;
    private final Lane closing;
    private final Lane stalled;
    private final Lane streams;
    private final Lane ingest;
    private final Lane observers;
    private volatile ScheduledThreadPoolExecutor timer;

    @Inject
    public Lanes(Metrics metrics) {
        delivery = new Lane("delivery", 1, 1_000, metrics);
        pages = new Lane("pages", 2, 100_000, metrics);
        closing = new Lane("closing", 4, 4 + MOST_BLOCKED, 10_000, metrics);
        stalled = new Lane("stalled", 4, 4 + MOST_BLOCKED, 10_000, metrics);
        streams = new Lane("streams", 4, 4 + MOST_BLOCKED, 100_000, metrics);
        ingest = new Lane("ingest", 1, 1_000, metrics);
        observers = new Lane("observers", 4, 10_000, metrics);
    }

    private List<Lane> all() {
        return List.of(delivery, pages, closing, stalled, streams, ingest, observers);
    }

    /** Starts the threads. */
    public void start(ThreadFactory threads) {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(2, named(threads, "timer"));
        made.setRemoveOnCancelPolicy(true);
        made.prestartAllCoreThreads();
        timer = made;
        all().forEach(lane -> lane.start(threads));
        List<Lane> mayBlock = List.of(closing, stalled, streams);
        made.scheduleWithFixedDelay(() -> mayBlock.forEach(Lane::widen), WIDEN_MILLIS, WIDEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Hands to connections what Redis publishes; in order. */
    public Lane delivery() {
        return delivery;
    }

    /** Answers pages and replays what they have missed. */
    public Lane pages() {
        return pages;
    }

    /**
     * Closes connections. Why of its own: some servers take seconds for it, and Open Liberty may never return if the page cuts the connection
     * meanwhile instead of answering. Others are closed all the same: there are more threads while some are blocked.
     */
    public Lane closing() {
        return closing;
    }

    /** Closes connections whose page does not read: there a close takes longest, and it must not hold up a logout. */
    public Lane stalled() {
        return stalled;
    }

    /** Writes server-sent events. Open Liberty blocks in it for a page that does not read; no WebSocket waits, and no other stream. */
    public Lane streams() {
        return streams;
    }

    /** Takes what is read from the ingest stream; in order. */
    public Lane ingest() {
        return ingest;
    }

    /** Runs the application's own code that observes what pages send. It may wait there: nothing else does. */
    public Lane observers() {
        return observers;
    }

    /** For short tasks at a time or over and over. */
    public ScheduledExecutorService timer() {
        return timer;
    }

    /** Has a lane run a task that must not be lost: if too many tasks wait there, later. Dropped once stopped. Never runs it on the caller's thread. */
    public void insist(Lane lane, Runnable task) {
        if (!lane.offer(task)) {
            later(lane, task, RETRY_MILLIS + ThreadLocalRandom.current().nextInt(RETRY_MILLIS));
        }
    }

    /** As {@link #insist}, after a while. */
    public void later(Lane lane, Runnable task, long millis) {
        try {
            timer.schedule(() -> insist(lane, task), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.log(System.Logger.Level.DEBUG, "not run later: stopping");
        }
    }

    /** Ends the threads; what waits is dropped. Waits for some seconds at most. */
    public void stop() {
        all().forEach(Lane::stop);
        if (timer != null) {
            timer.shutdownNow();
        }
        long end = System.nanoTime() + END_NANOS;
        try {
            for (Lane lane : all()) {
                lane.awaitEnd(end - System.nanoTime());
            }
            if (timer != null) {
                timer.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ThreadFactory named(ThreadFactory threads, String name) {
        AtomicInteger made = new AtomicInteger();
        return task -> {
            Thread thread = threads.newThread(task);
            thread.setName("bellhop-" + name + '-' + made.incrementAndGet());
            return thread;
        };
    }
}
