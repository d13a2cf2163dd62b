package dev.bellhop.metric;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what could not be used, and logs it: with a shortened copy, and no more than once a minute for each door, so that
 * a producer gone wrong cannot fill the log.
 */
@ApplicationScoped
public class Rejections {
    private static final System.Logger LOG = System.getLogger(Rejections.class.getName());
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int SHOWN = 200;

    private final Metrics metrics;
    private final Map<String, Door> doors = new ConcurrentHashMap<>();

    Rejections() { // for the container's proxy
        this(null);
    }

    @Inject
    public Rejections(Metrics metrics) {
        this.metrics = metrics;
    }

    private static final class Door {
        private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - QUIET_NANOS);
        private final AtomicLong unlogged = new AtomicLong();
    }

    /**
     * @param door where it came in: {@code channel}, {@code stream}, {@code page} and the like; never from outside
     * @param text what came
     */
    public void rejected(String door, BadMessageException why, String text) {
        metrics.counter("rejected", "Messages and frames that could not be used", "code", why.code()).add();
        Door at = doors.computeIfAbsent(door, name -> new Door());
        long now = System.nanoTime();
        long logged = at.loggedNanos.get();
        if (now - logged < QUIET_NANOS || !at.loggedNanos.compareAndSet(logged, now)) {
            at.unlogged.incrementAndGet();
            return;
        }
        LOG.log(System.Logger.Level.WARNING, "Rejected from the {0}: {1} ({2}), and {3} more since the last such line. It began: {4}",
                door, why.getMessage(), why.code(), at.unlogged.getAndSet(0), excerpt(text));
    }

    /** The beginning of the text on one line, quoted and escaped. */
    public static String excerpt(String text) {
        return Json.quote(text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }
}
