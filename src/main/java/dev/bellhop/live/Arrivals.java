package dev.bellhop.live;

import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who waits until a user's pages on this node have been sent everything up to a position. A page that needs a replay is not waited
 * for, nor one that does not read.
 *
 * <p>Concurrency: the feed's monitor guards the list.
 */
final class Arrivals {
    /** A page that has not taken a frame for this long is not waited for. */
    private static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final UserFeed feed;
    /** Volatile so that each frame that is sent can pass by without a lock: mostly nobody waits. */
    private volatile List<Arrival> awaited = List.of();

    private record Arrival(Position upTo, Runnable then) {}

    Arrivals(UserFeed feed) {
        this.feed = feed;
    }

    /** Has a task run, once, when all has been sent; at once if it has. It must not block: the feed's monitor may be held. */
    void await(Position upTo, Runnable then) {
        synchronized (feed) {
            List<Arrival> more = new ArrayList<>(awaited);
            more.add(new Arrival(upTo, then));
            awaited = List.copyOf(more);
        }
        look();
    }

    /** A frame has been sent, or a connection is gone. */
    void look() {
        if (awaited.isEmpty()) {
            return;
        }
        List<Arrival> arrived = new ArrayList<>(1);
        synchronized (feed) {
            long now = System.nanoTime();
            List<Arrival> left = new ArrayList<>(awaited.size());
            for (Arrival arrival : awaited) {
                (isSent(arrival.upTo(), now) ? arrived : left).add(arrival);
            }
            awaited = List.copyOf(left);
        }
        arrived.forEach(arrival -> arrival.then().run());
    }

    private boolean isSent(Position upTo, long now) {
        for (Connection connection : feed.connections()) {
            if (connection.state == Connection.State.LIVE && !connection.isClosing() && connection.outbox().stalledNanos(now) < STALLED_NANOS
                    && isBefore(connection.sent(), upTo) && (isBefore(connection.position, upTo) || connection.outbox().messages() > 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBefore(Position at, Position upTo) {
        return at == null || upTo.isAfter(at);
    }
}
