package dev.bellhop.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Connections of a user that have closed while their pages come by others: what is not kept waits in their outboxes for those.
 *
 * <p>Not thread-safe: the {@link UserFeed} guards it.
 */
final class LeftConnections {
    /** Of so many. Why: who opens and breaks connections without end is to hold nobody's memory. */
    static final int MOST = 50;

    private final Deque<Left> left = new ArrayDeque<>(0);

    private record Left(Connection connection, long nanos) {}

    boolean isEmpty() {
        return left.isEmpty();
    }

    Stream<Connection> all() {
        return left.stream().map(Left::connection);
    }

    /** @param now {@link System#nanoTime} */
    void add(Connection connection, long now) {
        left.add(new Left(connection, now));
        if (left.size() > MOST) {
            forgetOldest();
        }
    }

    /** A message that is not kept, for those whose pages have not come yet. */
    void passing(Frame frame, Predicate<Connection> concerns) {
        for (Left one : left) {
            if (one.connection().state != Connection.State.REPLACED && concerns.test(one.connection())) {
                one.connection().outbox().add(frame);
            }
        }
    }

    /** Gives up what waits for pages that should have come by this time. */
    void forget(long nanos) {
        while (!left.isEmpty() && left.peek().nanos() - nanos <= 0) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        left.remove().connection().outbox().forget();
    }
}
