package dev.bellhop.metric;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one line of the log through each minute, so that what goes wrong a thousand times a second cannot fill the log. The first one goes through at once.
 *
 * <p>Thread-safe, never blocks.
 */
public final class OncePerMinute {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clock;
    private final AtomicLong lastNanos;
    private final AtomicLong heldBack = new AtomicLong();

    public OncePerMinute() {
        this(System::nanoTime);
    }

    OncePerMinute(LongSupplier clock) {
        this.clock = clock;
        lastNanos = new AtomicLong(clock.getAsLong() - MINUTE_NANOS);
    }

    /** @return empty within a minute of the last line: log nothing. Else how many have been held back since that line */
    public OptionalLong next() {
        long now = clock.getAsLong();
        long last = lastNanos.get();
        if (now - last < MINUTE_NANOS || !lastNanos.compareAndSet(last, now)) {
            heldBack.incrementAndGet();
            return OptionalLong.empty();
        }
        return OptionalLong.of(heldBack.getAndSet(0));
    }
}
