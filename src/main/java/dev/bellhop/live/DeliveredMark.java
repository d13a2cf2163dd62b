package dev.bellhop.live;

import dev.bellhop.message.Position;

/**
 * How far one user's pages on this node have been sent kept messages. What lies after it, a page that names no position is
 * sent when it logs in.
 *
 * <p>Thread-safe, without a lock: a lost race leaves an earlier mark, which the next frame mends.
 */
final class DeliveredMark {
    private final String user;
    private final DeliveredMarks marks;

    private volatile Position sent;
    private volatile Position written;

    DeliveredMark(String user, DeliveredMarks marks) {
        this.user = user;
        this.marks = marks;
    }

    String user() {
        return user;
    }

    /** A connection has been sent everything up to here. */
    void move(Position to) {
        Position known = sent;
        if (known == null || to.isAfter(known)) {
            sent = to;
            marks.moved(this);
        }
    }

    /** The newest position that a page here has been sent, or null. */
    Position sent() {
        return sent;
    }

    /** The inbox has this end: what was sent in a higher epoch, was sent of data that Redis has lost. */
    void forgetAfter(Position end) {
        Position known = sent;
        if (known != null && known.epoch() > end.epoch()) {
            sent = null;
        }
    }

    /** What is to be written, or null if nothing is new since the last call. */
    Position take() {
        Position now = sent;
        if (now == null || now.equals(written)) {
            return null;
        }
        written = now;
        return now;
    }

    /** Writing failed: it is to be tried again. */
    void notWritten() {
        written = null;
        marks.moved(this);
    }
}
