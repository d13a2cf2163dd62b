package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import jakarta.inject.Inject;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The delivered marks that this node moves. They are written to the inboxes now and then and not with each frame: that would be a
 * command to Redis for each message. {@link Sweeper} says when.
 *
 * <p>Thread-safe; never blocks.
 */
@SingleInstance
class DeliveredMarks {
    private final Inbox inbox;
    private final Set<DeliveredMark> moved = ConcurrentHashMap.newKeySet();

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

    /** Writes all that have moved. */
    void write() {
        for (Iterator<DeliveredMark> all = moved.iterator(); all.hasNext(); ) {
            DeliveredMark mark = all.next();
            all.remove();
            write(mark);
        }
    }

    /** Writes one, if it has moved. */
    void write(DeliveredMark mark) {
        Position to = mark.take();
        if (to != null) {
            inbox.markDelivered(mark.user(), to).whenComplete((ok, failure) -> {
                if (failure != null) {
                    mark.notWritten();
                }
            });
        }
    }
}
