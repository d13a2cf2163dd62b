package dev.bellhop.chaos;

import dev.bellhop.message.Position;

/**
 * Where a page stands in its user's inbox, and what follows for the next message: as the protocol asks of a page.
 *
 * <p>Not thread-safe.
 */
final class PagePosition {

    /** What a page does with a message. */
    enum Then {
        /** It is the next one. */
        SHOW,
        /** The page has had it. */
        DROP,
        /** One before it is missing: the page logs in again with its position. */
        ASK,
        /** The page has asked: what comes before the answer comes again after it. */
        WAIT
    }

    private Position position;
    private Position gapAt;
    private boolean asking;

    /** Null before the first answer. */
    Position position() {
        return position;
    }

    boolean isAsking() {
        return asking;
    }

    /** The page has sent {@code login}. */
    void asks() {
        asking = true;
    }

    /** The server has answered. */
    void answered(Position from) {
        asking = false;
        position = from;
    }

    Then message(Position at) {
        if (asking) {
            return Then.WAIT;
        }
        if (!at.isAfter(position)) {
            return Then.DROP;
        }
        if (at.epoch() == position.epoch() && !at.follows(position) && !position.equals(gapAt)) {
            gapAt = position; // asks once: a server that cannot fill it must not be asked for ever
            return Then.ASK;
        }
        position = at;
        return Then.SHOW;
    }
}
