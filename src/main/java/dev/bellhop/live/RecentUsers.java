package dev.bellhop.live;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What is held of users who have done something lately, and forgotten some time after.
 *
 * <p>Thread-safe, never blocks. Times are {@link System#nanoTime}.
 */
final class RecentUsers<T> {
    private static final long TIDY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long idleNanos;
    private final Predicate<T> mayGo;
    private final ConcurrentMap<String, Held<T>> users = new ConcurrentHashMap<>();
    private final AtomicLong tidiedNanos;

    private static final class Held<T> {
        private final T value;
        private volatile long usedNanos;

        Held(T value, long now) {
            this.value = value;
            usedNanos = now;
        }
    }

    /**
     * @param idleNanos how long after its last use it may be forgotten
     * @param mayGo     whether it may then
     */
    RecentUsers(long idleNanos, Predicate<T> mayGo, long now) {
        this.idleNanos = idleNanos;
        this.mayGo = mayGo;
        tidiedNanos = new AtomicLong(now);
    }

    /** What is held of a user, made if nothing is. */
    T of(String user, long now, Supplier<T> made) {
        Held<T> held = users.computeIfAbsent(user, any -> new Held<>(made.get(), now));
        held.usedNanos = now;
        return held.value;
    }

    boolean knows(String user) {
        return users.containsKey(user);
    }

    int size() {
        return users.size();
    }

    /** Forgets who has been idle; looks every so many seconds. */
    void tidy(long now) {
        long tidied = tidiedNanos.get();
        if (now - tidied > TIDY_NANOS && tidiedNanos.compareAndSet(tidied, now)) {
            users.values().removeIf(held -> now - held.usedNanos > idleNanos && mayGo.test(held.value));
        }
    }
}
