package dev.bellhop.live;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What waits to be sent on one connection: bounded by count and bytes, with at most one send in flight.
 *
 * <p>Why one: servers either queue without bound what they are given while a send is under way, or drop it.
 *
 * <p>What is not kept in Redis survives a connection that gives its place to another: see {@link #keep}.
 *
 * <p>Thread-safe. {@link #add} only queues, so it may be called under a lock; {@link #flush} calls the server and must not
 * be. Neither blocks.
 */
final class Outbox implements SendHandler {

    /** What the outbox tells its connection; called on any thread, without a lock. */
    interface Owner {
        /** A frame has left this node. */
        void sent(Frame frame);

        /** A send failed: the connection is as good as gone. */
        void failed(Throwable cause);

        /** There is room again, after {@link Outbox#hasRoom} was false. */
        void roomAgain();
    }

    // states of the send in flight, to tell a handler called within send from one called after it
    private static final int CALLING = 0;
    private static final int RETURNED = 1;
    private static final int COMPLETED = 2;

    private final Transport transport;
    private final int maxMessages;
    private final int maxBytes;
    private final Owner owner;
    private final AtomicInteger call = new AtomicInteger();
    /** What a handler that was called within send was told; read after {@link #call} says so. */
    private SendResult told;

    // guarded by this
    private final ArrayDeque<Frame> queue = new ArrayDeque<>(4);
    private int queuedBytes;
    private Frame inFlight;
    private long inFlightSince;
    private boolean closed;
    private boolean keeps;
    private Outbox heir;
    private boolean roomWanted;
    private long added;
    private long taken;
    /** When so many had been added, {@link #markedNanos}; once they are taken, there is another mark. */
    private long mark;
    private long markedNanos;

    Outbox(Transport transport, int maxMessages, int maxBytes, Owner owner) {
        this.transport = transport;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.owner = owner;
    }

    /**
     * Queues a frame; call {@link #flush} afterwards.
     *
     * @return false if it does not fit: the reader is too slow
     */
    synchronized boolean add(Frame frame) {
        if (closed && heir != null && frame.once()) {
            return heir.add(frame);
        }
        if (closed && !(keeps && frame.once())) {
            return true; // nobody will miss it
        }
        if (queue.size() >= maxMessages || queuedBytes + frame.bytes() > maxBytes) {
            return false;
        }
        queue.add(frame);
        added++;
        queuedBytes += frame.bytes();
        return true;
    }

    /** How many frames wait here. */
    synchronized int waiting() {
        return queue.size();
    }

    /** Whether it is at most half full. If not, {@link Owner#roomAgain} will tell when it is. */
    synchronized boolean hasRoom() {
        boolean room = closed || (queue.size() <= maxMessages / 2 && queuedBytes <= maxBytes / 2);
        roomWanted = !room;
        return room;
    }

    /** Begins to send, unless a send is under way: then its end goes on with the rest. */
    void flush() {
        Frame first;
        synchronized (this) {
            first = inFlight == null ? take() : null;
        }
        if (first != null) {
            send(first);
        }
    }

    /**
     * From now on, messages that are not kept and that this connection cannot send any more wait here, even when it has closed, for the one that takes its
     * place; as many as an outbox holds.
     */
    synchronized void keep() {
        keeps = true;
    }

    /** Whether what it could not send is still wanted. */
    synchronized boolean keeps() {
        return keeps;
    }

    /**
     * Another connection takes the place of this one, and gets what this one does not send: now what is left, if this one is closed, or else when it closes.
     * The caller flushes the other outbox.
     */
    synchronized void leaveTo(Outbox other) {
        heir = other;
        if (closed) {
            leave();
        }
    }

    /** Where what is left has gone, or null. */
    synchronized Outbox heir() {
        return heir;
    }

    private void leave() {
        queue.forEach(heir::add);
        drop();
    }

    private void drop() {
        queue.clear();
        queuedBytes = 0;
    }

    /** The next frame, in flight from now on, or null. To be called with the monitor held, by the one thread that may send. */
    private Frame take() {
        inFlight = closed ? null : queue.poll();
        if (inFlight != null) {
            queuedBytes -= inFlight.bytes();
            inFlightSince = System.nanoTime();
        }
        return inFlight;
    }

    // One thread at a time is here: the one that took a frame while none was in flight, or the one in which the send before has ended.
    private void send(Frame first) {
        ClassLoader own = ServerCalls.enter(transport.server());
        try {
            Frame frame = first;
            while (frame != null) {
                call.set(CALLING);
                transport.send(frame, this);
                if (call.compareAndSet(CALLING, RETURNED)) {
                    return; // its end, on another thread, goes on
                }
                frame = ended(told); // why not by the handler itself: a server that completes at once would run out of stack
            }
        } catch (RuntimeException e) {
            fail(e);
        } finally {
            ServerCalls.leave(own);
        }
    }

    @Override
    public void onResult(SendResult result) {
        told = result;
        if (call.compareAndSet(CALLING, COMPLETED)) {
            return; // within send
        }
        Frame next = ended(result);
        if (next != null) {
            send(next);
        }
    }

    /**
     * The send in flight has ended. Why the next frame is taken in the same step: another thread may begin as soon as none is in flight.
     *
     * @return the next frame, or null
     */
    private Frame ended(SendResult result) {
        if (!result.isOK()) {
            fail(result.getException());
            return null;
        }
        Frame sent;
        Frame next;
        boolean room;
        synchronized (this) {
            sent = inFlight;
            taken++;
            next = take();
            room = roomWanted && queue.size() <= maxMessages / 2 && queuedBytes <= maxBytes / 2;
            if (room) {
                roomWanted = false;
            }
        }
        owner.sent(sent);
        if (room) {
            owner.roomAgain();
        }
        return next;
    }

    private void fail(Throwable cause) {
        synchronized (this) {
            keeps |= !closed; // why: the server may have closed the connection with its HTTP session, and say so later
            if (inFlight != null && inFlight.once()) {
                queue.addFirst(inFlight);
                queuedBytes += inFlight.bytes();
            }
            inFlight = null;
            close();
        }
        owner.failed(cause);
    }

    /** For how many nanoseconds the send in flight has been under way; 0 if there is none. */
    synchronized long stalledNanos(long now) {
        return inFlight == null ? 0 : Math.max(1, now - inFlightSince);
    }

    /**
     * For how long the page has not taken all that waited at some moment; 0 if nothing waits. It grows even while the page takes a
     * frame now and then. To be called often: each moment is one of these calls.
     */
    synchronized long behindNanos(long now) {
        if (closed || taken >= mark) {
            mark = added;
            markedNanos = now;
        }
        return closed || taken == added ? 0 : now - markedNanos;
    }

    synchronized int messages() {
        return queue.size() + (inFlight == null ? 0 : 1);
    }

    /** Drops what waits, but for what is wanted elsewhere, and sends nothing more. The send in flight may yet end. */
    synchronized void close() {
        closed = true;
        if (heir == null && !keeps) {
            drop();
            return;
        }
        queue.removeIf(frame -> !frame.once());
        queuedBytes = queue.stream().mapToInt(Frame::bytes).sum();
        if (heir != null) {
            leave();
        }
    }

    /** Drops what was kept: nobody comes for it. */
    synchronized void forget() {
        keeps = false;
        if (closed) {
            drop();
        }
    }
}
