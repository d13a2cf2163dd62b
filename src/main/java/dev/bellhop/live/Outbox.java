package dev.bellhop.live;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What waits to be sent on one connection: bounded by count and bytes, with at most one send in flight.
 *
 * <p>Why one: servers either queue without bound what they are given while a send is under way, or drop it.
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

    // states of the send in flight, to tell a handler called within sendText from one called after it
    private static final int CALLING = 0;
    private static final int RETURNED = 1;
    private static final int COMPLETED = 2;

    private final RemoteEndpoint.Async remote;
    private final int maxMessages;
    private final int maxBytes;
    private final Owner owner;
    private final AtomicInteger call = new AtomicInteger();

    // guarded by this
    private final ArrayDeque<Frame> queue = new ArrayDeque<>(4);
    private int queuedBytes;
    private Frame inFlight;
    private long inFlightSince;
    private boolean sending;
    private boolean closed;
    private boolean roomWanted;

    Outbox(RemoteEndpoint.Async remote, int maxMessages, int maxBytes, Owner owner) {
        this.remote = remote;
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
        if (closed) {
            return true; // nobody will miss it
        }
        if (queue.size() >= maxMessages || queuedBytes + frame.bytes() > maxBytes) {
            return false;
        }
        queue.add(frame);
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
        synchronized (this) {
            if (sending || closed || queue.isEmpty()) {
                return;
            }
            sending = true;
        }
        sendQueued();
    }

    // One thread at a time is here: the one that made `sending` true, or the one that completed the send before.
    private void sendQueued() {
        ClassLoader own = ServerCalls.enter(remote);
        try {
            sendUntilOneIsUnderWay();
        } finally {
            ServerCalls.leave(own);
        }
    }

    private void sendUntilOneIsUnderWay() {
        do {
            Frame frame;
            synchronized (this) {
                frame = closed ? null : queue.poll();
                inFlight = frame;
                if (frame == null) {
                    sending = false;
                    return;
                }
                queuedBytes -= frame.bytes();
                inFlightSince = System.nanoTime();
            }
            call.set(CALLING);
            try {
                remote.sendText(frame.text(), this);
            } catch (RuntimeException e) {
                close();
                owner.failed(e);
                return;
            }
            // why not recurse from onResult: a server that completes at once would run out of stack
        } while (!call.compareAndSet(CALLING, RETURNED));
    }

    @Override
    public void onResult(SendResult result) {
        Frame frame;
        boolean room;
        synchronized (this) {
            frame = inFlight;
            room = roomWanted && queue.size() <= maxMessages / 2 && queuedBytes <= maxBytes / 2;
            if (room) {
                roomWanted = false;
            }
        }
        if (!result.isOK()) {
            close();
            owner.failed(result.getException());
            return;
        }
        if (frame != null) {
            owner.sent(frame);
        }
        if (room) {
            owner.roomAgain();
        }
        if (!call.compareAndSet(CALLING, COMPLETED)) {
            sendQueued();
        }
    }

    /** For how many nanoseconds the send in flight has been under way; 0 if there is none. */
    synchronized long stalledNanos(long now) {
        return inFlight == null ? 0 : Math.max(1, now - inFlightSince);
    }

    synchronized int messages() {
        return queue.size() + (inFlight == null ? 0 : 1);
    }

    /** Drops what waits and takes nothing more. The send in flight may yet end. */
    synchronized void close() {
        closed = true;
        queue.clear();
        queuedBytes = 0;
    }
}
