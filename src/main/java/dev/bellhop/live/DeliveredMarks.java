package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import jakarta.inject.Inject;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The delivered marks that this node moves. They are written to the inboxes now and then and not with each frame: that would be a
 * command to Redis for each message. {@link Sweeper} says when.
 *
 * <p>Thread-safe; never blocks.
 */
@SingleInstance
class DeliveredMarks {
    /** How many are written at a time. Why few: a message for everybody moves thousands at once, and what else is for Redis would wait behind them. */
    static final int MOST = 16;

    private final Inbox inbox;
    private final Set<DeliveredMark> moved = ConcurrentHashMap.newKeySet();
    private final Queue<DeliveredMark> toWrite = new ConcurrentLinkedQueue<>();
    private final AtomicInteger writing = new AtomicInteger();

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
        while (!toWrite.isEmpty()) {
            if (writing.incrementAndGet() > MOST) {
                writing.decrementAndGet();
                return; // those under way go on with the rest
            }
            if (!writeSome()) {
                return;
            }
        }
    }

    /** Writes all that have moved at once: the node stops. */
    void writeAll() {
        takeMoved();
        for (DeliveredMark mark = toWrite.poll(); mark != null; mark = toWrite.poll()) {
            write(mark);
        }
    }

    private void takeMoved() {
        for (Iterator<DeliveredMark> all = moved.iterator(); all.hasNext(); ) {
            DeliveredMark mark = all.next();
            all.remove();
            toWrite.add(mark);
        }
    }

    /** @return false if one could not be written: Redis is away, and the rest waits until the next time */
    private boolean writeSome() {
        for (DeliveredMark mark = toWrite.poll(); mark != null; mark = toWrite.poll()) {
            CompletableFuture<?> written = write(mark);
            if (!written.isDone()) {
                written.whenComplete((ok, failure) -> goOn(failure == null));
                return true;
            }
            if (written.isCompletedExceptionally()) {
                writing.decrementAndGet();
                return false;
            }
        }
        writing.decrementAndGet();
        return true;
    }

    private void goOn(boolean well) {
        if (well) {
            writeSome();
        } else {
            writing.decrementAndGet();
        }
    }

    /** Writes one, if it has moved. */
    CompletableFuture<?> write(DeliveredMark mark) {
        Position to = mark.take();
        if (to == null) {
            return CompletableFuture.completedFuture(null);
        }
        return inbox.markDelivered(mark.user(), to).whenComplete((ok, failure) -> {
            if (failure != null) {
                mark.notWritten();
            }
        });
    }
}
