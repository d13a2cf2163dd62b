package dev.bellhop.ingest;

import dev.bellhop.partition.Partitions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which leases this node holds, asks for, and gives up: of the partitions in use no more than its share, so that the nodes that live read about
 * as many each. What is not in use, and the stream without a number, is read by whoever comes first.
 *
 * <p>The share keeps the work even; it never keeps a stream unread. Whoever has been kept from asking for some seconds asks in any case, and keeps
 * what nobody else has read for a while.
 *
 * <p>Thread-safe.
 */
final class Leases {
    private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private enum State { NONE, ASKS, HOLDS }

    private final Partitions partitions;
    private final LongSupplier nanoTime;
    private final Map<StreamReader, Lease> leases = new HashMap<>();

    Leases(Partitions partitions, LongSupplier nanoTime) {
        this.partitions = partitions;
        this.nanoTime = nanoTime;
    }

    /** All fields are guarded by the leases. */
    private static final class Lease {
        private State state = State.NONE;
        private boolean isOverdue;
        private long refusedNanos;
        private long keptNanos;

        Lease(long now) {
            refusedNanos = now;
            keptNanos = now;
        }
    }

    private Lease lease(StreamReader reader) {
        return leases.computeIfAbsent(reader, one -> new Lease(nanoTime.getAsLong()));
    }

    /** Whether a reader may ask for its lease, or for more under the one that it has. */
    synchronized boolean mayAsk(StreamReader reader) {
        Lease lease = lease(reader);
        if (lease.state == State.HOLDS || !partitions.isInUse(reader.partition())) {
            return true;
        }
        lease.state = State.NONE;
        long now = nanoTime.getAsLong();
        lease.isOverdue = now - lease.refusedNanos > OVERDUE_NANOS;
        if (!lease.isOverdue && shared(State.ASKS) + shared(State.HOLDS) >= partitions.share()) {
            return false;
        }
        lease.state = State.ASKS;
        return true;
    }

    /** What came of it. */
    synchronized void holds(StreamReader reader, boolean holds) {
        Lease lease = lease(reader);
        long now = nanoTime.getAsLong();
        if (holds && lease.state != State.HOLDS && lease.isOverdue) {
            lease.keptNanos = now + KEPT_NANOS;
        }
        lease.state = holds ? State.HOLDS : State.NONE;
        lease.refusedNanos = now;
    }

    /** Whether this one is to be left to another node; it is held no more then. */
    synchronized boolean mustGiveUp(StreamReader reader) {
        Lease lease = lease(reader);
        long now = nanoTime.getAsLong();
        if (!partitions.isInUse(reader.partition()) || lease.state != State.HOLDS || now - lease.keptNanos < 0 || shared(State.HOLDS) <= partitions.share()) {
            return false;
        }
        lease.state = State.NONE;
        lease.refusedNanos = now;
        return true;
    }

    /** How many are held. */
    synchronized int held() {
        return (int) leases.values().stream().filter(lease -> lease.state == State.HOLDS).count();
    }

    private int shared(State state) {
        int count = 0;
        for (Map.Entry<StreamReader, Lease> one : leases.entrySet()) {
            count += one.getValue().state == state && partitions.isInUse(one.getKey().partition()) ? 1 : 0;
        }
        return count;
    }
}
