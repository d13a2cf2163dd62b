package dev.bellhop.schedule;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import dev.bellhop.partition.Partitions;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Moves due messages from the zsets into the ingest streams beside them, in one atomic step, so each goes once however many nodes do
 * this. Redis's clock decides what is due, never this node's.
 *
 * <p>Thread-safe, never blocks. Where the next due time is known to be less than a second away, a one-shot task hits it;
 * the seconds' tick finds all else.
 */
@SingleInstance
public class Promotion {
    private static final System.Logger LOG = System.getLogger(Promotion.class.getName());
    private static final Script PROMOTE = new Script(Promotion.class, "/dev/bellhop/redis/some.lua", "promote.lua");
    private static final int BATCH = 100;
    private static final int BATCH_BYTES = 1 << 20;
    private static final long TICK_MILLIS = 1_000;
    /** Without a run for so long, the seconds' tick does not come. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    // why not an EJB timer for the one-shot: servers may round those up to a second
    @Inject
    private Lanes lanes;

    private final Redis redis;
    private final Partitions partitions;
    private final Metrics.Count promoted;
    private final Map<Partition, Promoting> each = new ConcurrentHashMap<>();

    private volatile boolean stopped;
    private volatile long ranNanos = System.nanoTime();

    @Inject
    public Promotion(Redis redis, Partitions partitions, Metrics metrics) {
        this.redis = redis;
        this.partitions = partitions;
        promoted = metrics.counter("promoted", "Due messages that this node moved into the ingest stream");
    }

    /** Begins to look after the seconds' tick. Why: the server's timers share their threads with other applications, which may hold them. */
    public void start() {
        lanes.timer().scheduleWithFixedDelay(() -> {
            if (System.nanoTime() - ranNanos > LATE_NANOS) {
                run();
            }
        }, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Promotes what is due, until nothing is; once more if that is under way already. Does nothing if Redis is away. */
    public void run() {
        ranNanos = System.nanoTime();
        partitions.all().forEach(this::run);
    }

    /** The same, in one partition alone. */
    void run(Partition partition) {
        if (!stopped && redis.isConnected()) {
            each.computeIfAbsent(partition, Promoting::new).run();
        }
    }

    /** Of one partition. */
    private final class Promoting {
        private final Partition partition;
        private final AtomicBoolean running = new AtomicBoolean();
        private final AtomicBoolean again = new AtomicBoolean();
        private final OncePerMinute failed = new OncePerMinute();
        private volatile ScheduledFuture<?> oneShot;

        Promoting(Partition partition) {
            this.partition = partition;
        }

        void run() {
            again.set(true); // why: what is under way may have looked before a message was added that is due in less than a second
            if (running.compareAndSet(false, true)) {
                again.set(false);
                batch();
            }
        }

        private void batch() {
            String[] touched = {partition.scheduled(), partition.ingest()};
            PROMOTE.run(redis, touched, Integer.toString(BATCH), Integer.toString(BATCH_BYTES)).whenComplete((reply, failure) -> {
                if (failure != null) {
                    running.set(false);
                    if (!stopped) {
                        LOG.log(redis.isConnected() && failed.next().isPresent() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                                "Promoting due messages of {0} failed: {1}. They stay scheduled, and are tried each second. The next such line is a minute away.",
                                partition.scheduled(), failure.toString());
                    }
                    return;
                }
                promoted.add(reply.number());
                if (reply.flag() && !stopped) {
                    batch();
                    return;
                }
                aimAt(reply.number());
                running.set(false);
                if (again.get()) {
                    Promotion.this.run(partition);
                }
            });
        }

        private void aimAt(long millis) {
            if (millis < 0 || millis > TICK_MILLIS || stopped) {
                return;
            }
            cancel();
            try {
                oneShot = lanes.timer().schedule(() -> Promotion.this.run(partition), millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                LOG.log(System.Logger.Level.DEBUG, "no one-shot promotion: stopping");
            }
        }

        private void cancel() {
            ScheduledFuture<?> earlier = oneShot;
            if (earlier != null) {
                earlier.cancel(false);
            }
        }
    }

    /** Promotes no more. */
    public void stop() {
        stopped = true;
        each.values().forEach(Promoting::cancel);
    }
}
