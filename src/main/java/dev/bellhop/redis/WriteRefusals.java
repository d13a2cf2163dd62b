package dev.bellhop.redis;

import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether Redis answers, and yet refuses to write. Said in one line a minute, however many commands fail, and in one when it is over.
 *
 * <p>Thread-safe, never blocks. Each node writes at least once a second: so it notices without a message.
 */
final class WriteRefusals {
    private static final System.Logger LOG = System.getLogger(WriteRefusals.class.getName());
    private static final long OVER_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** What to do, by how Redis's answer begins. */
    private static final Map<String, String> REMEDIES = Map.of(
            "OOM", "Redis has no memory left. Raise maxmemory, or remove what is no longer needed",
            "MISCONF", "Redis cannot save to its disk. Make room there, and look at the log of Redis",
            "READONLY", "That Redis is a replica. bellhop.redis.uri must lead to the master",
            "NOREPLICAS", "Too few replicas follow Redis (min-replicas-to-write). Start them");

    private final AtomicLong refusedNanos = new AtomicLong();
    private final OncePerMinute logged = new OncePerMinute();

    WriteRefusals(Metrics metrics) {
        metrics.gauge("redis_refuses_writes", "1 while Redis answers but refuses to write (no memory, no disk, a replica), else 0", () -> isRefusing() ? 1 : 0);
    }

    private boolean isRefusing() {
        long since = refusedNanos.get();
        return since != 0 && System.nanoTime() - since < OVER_NANOS;
    }

    /** A command has failed. */
    void failed(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String remedy = REMEDIES.get(message.substring(0, Math.max(0, message.indexOf(' '))));
        if (remedy == null) {
            return;
        }
        refusedNanos.set(System.nanoTime() | 1); // 0 says never
        if (logged.next().isPresent()) {
            LOG.log(System.Logger.Level.WARNING,
                    "Redis refuses to write: {0}. {1}. Nothing that was accepted is lost: it waits in Redis, and Bellhop goes on by itself. "
                    + "Until then publishing answers 503. The next such line is a minute away.", message, remedy);
        }
    }

    /** A command has succeeded. */
    void succeeded() {
        long since = refusedNanos.get();
        if (since != 0 && System.nanoTime() - since > OVER_NANOS && refusedNanos.compareAndSet(since, 0)) {
            LOG.log(System.Logger.Level.INFO, "Redis takes writes again.");
        }
    }
}
