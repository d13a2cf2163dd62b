package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The delivered marks that this node moves. They are written to the inboxes now and then and not with each frame: that would be a
 * command to Redis for each message. {@link Sweeper} says when.
 *
 * <p>Thread-safe; never blocks.
 */
@SingleInstance
class DeliveredMarks {
    /** How many are written in one call. Why so few: a message for everybody moves thousands at once, and what else is for Redis would wait behind them. */
    static final int AT_ONCE = 32;

    private final Inbox inbox;
    private final Set<DeliveredMark> moved = ConcurrentHashMap.newKeySet();
    private final Queue<DeliveredMark> toWrite = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean writing = new AtomicBoolean();

    @Inject
    DeliveredMarks(Inbox inbox) {
        this.inbox = inbox;
    }

    DeliveredMark of(String user) {
        return new DeliveredMark(user, this);
    }

    /** Notes that a mark is to be written. */
    void moved(DeliveredMark mark) {
        moved.add(mark);
    }

    /** Begins to write all that have moved, some at a time. */
    void write() {
        takeMoved();
        if (writing.compareAndSet(false, true)) {
            goOn();
        }
    }

    /** Writes all that have moved at once: the node stops. */
    void writeAll() {
        takeMoved();
        for (Map<DeliveredMark, Position> some = next(); !some.isEmpty(); some = next()) {
            write(some);
        }
    }

    private void takeMoved() {
        for (Iterator<DeliveredMark> all = moved.iterator(); all.hasNext(); ) {
            DeliveredMark mark = all.next();
            all.remove();
            toWrite.add(mark);
        }
    }

    private void goOn() {
        for (Map<DeliveredMark, Position> some = next(); !some.isEmpty(); some = next()) {
            CompletableFuture<?> written = write(some);
            if (!written.isDone()) {
                written.whenComplete((ok, failure) -> goOn(failure == null));
                return;
            }
            if (written.isCompletedExceptionally()) {
                break;
            }
        }
        writing.set(false);
    }

    private void goOn(boolean well) {
        if (well) {
            goOn();
        } else {
            writing.set(false); // Redis is away: the rest waits until the next time
        }
    }

    private Map<DeliveredMark, Position> next() {
        Map<DeliveredMark, Position> some = new HashMap<>();
        for (DeliveredMark mark = toWrite.poll(); mark != null; mark = toWrite.poll()) {
            Position to = mark.take();
            if (to != null) {
                some.put(mark, to);
            }
            if (some.size() == AT_ONCE) {
                break;
            }
        }
        return some;
    }

    /** Writes one, if it has moved. */
    CompletableFuture<?> write(DeliveredMark mark) {
        Position to = mark.take();
        return to == null ? CompletableFuture.completedFuture(null) : write(Map.of(mark, to));
    }

    private CompletableFuture<?> write(Map<DeliveredMark, Position> some) {
        Map<String, Position> upTo = new HashMap<>();
        some.forEach((mark, to) -> upTo.merge(mark.user(), to, (one, other) -> one.isAfter(other) ? one : other));
        return inbox.markDelivered(upTo).whenComplete((ok, failure) -> {
            if (failure != null) {
                some.keySet().forEach(DeliveredMark::notWritten);
            }
        });
    }
}
