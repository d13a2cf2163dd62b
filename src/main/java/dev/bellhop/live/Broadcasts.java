package dev.bellhop.live;

import dev.bellhop.message.Address;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;

/**
 * Messages for many that are not kept, on their way to all connections of this node: in slices, so that what is for single
 * users passes in between. To tens of thousands of pages the whole takes a second or more.
 *
 * <p>Each user's order stays that of the channel: whoever is sent something of their own is handed first what is for everybody and
 * came before it.
 *
 * <p>Not thread-safe: of the thread that hands on what Redis publishes.
 */
final class Broadcasts {
    /** After so many connections others have their turn. */
    static final int SLICE = 256;
    /** Who waits longer than so many take is better off without the newest. */
    private static final int MOST = 10_000;
    private static final long MOST_BYTES = 64L << 20;

    private final Deque<Broadcast> underWay = new ArrayDeque<>();
    private long bytes;
    private long numbered;

    private record Broadcast(long number, Address to, Frame frame, Iterator<UserFeed> left) {}

    /**
     * Begins to hand on a message.
     *
     * @return false if too many are under way; then it is handed to nobody
     */
    boolean add(Address to, Frame frame, Collection<UserFeed> feeds) {
        if (underWay.size() >= MOST || bytes + frame.bytes() > MOST_BYTES) {
            return false;
        }
        bytes += frame.bytes();
        underWay.add(new Broadcast(++numbered, to, frame, feeds.iterator()));
        return true;
    }

    /** Hands on all that this user has not been handed yet. */
    void catchUp(UserFeed feed) {
        for (Broadcast broadcast : underWay) {
            hand(broadcast, feed);
        }
    }

    /** Hands on to some more connections, oldest message first. */
    void slice() {
        int handed = 0;
        while (handed < SLICE && !underWay.isEmpty()) {
            Broadcast oldest = underWay.peek();
            while (handed < SLICE && oldest.left().hasNext()) {
                handed += hand(oldest, oldest.left().next());
            }
            if (!oldest.left().hasNext()) {
                underWay.remove();
                bytes -= oldest.frame().bytes();
            }
        }
    }

    boolean areUnderWay() {
        return !underWay.isEmpty();
    }

    /** @return how much that cost, in connections */
    private static int hand(Broadcast broadcast, UserFeed feed) {
        if (feed.broadcast >= broadcast.number()) {
            return 0;
        }
        feed.broadcast = broadcast.number();
        return 1 + feed.passing(broadcast.to(), broadcast.frame());
    }
}
