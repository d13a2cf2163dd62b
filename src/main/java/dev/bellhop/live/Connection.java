package dev.bellhop.live;

import dev.bellhop.message.Position;
import jakarta.websocket.Session;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One page's WebSocket.
 *
 * <p>Thread-safe. Where it stands in its user's inbox is guarded by its {@link UserFeed}.
 */
final class Connection implements Outbox.Owner {

    /** How far a connection has come. */
    enum State {
        /** No {@code login} frame yet. */
        OPEN,
        /** Logging in: the answer waits for Redis. */
        LOGGING_IN,
        /** Being sent what it has missed. */
        REPLAYING,
        /** Everything that comes is sent at once. */
        LIVE
    }

    private static final long LAST_WORDS_MILLIS = 1_000;

    private final String id;
    private final Session session;
    private final Login login;
    private final Outbox outbox;
    private final Allowance allowance;
    private final Live live;
    private final long openedNanos = System.nanoTime();
    private final AtomicReference<CloseCode> closing = new AtomicReference<>();
    private final AtomicReference<Runnable> onRoom = new AtomicReference<>();

    private volatile UserFeed feed;
    private volatile long heardNanos = openedNanos;
    private volatile long pingedNanos = openedNanos;
    private volatile long closedNanos;
    private volatile CloseCode finalCode;
    private volatile Position sent;

    // guarded by the feed
    State state = State.OPEN;
    /** How often its page has sent {@code login}. */
    int logins;
    Position position;
    /** Where its latest login began: what lies before, the page has or needs no more. */
    Position from;

    Connection(String id, Session session, Login login, Live live) {
        this.id = id;
        this.session = session;
        this.login = login;
        this.live = live;
        this.allowance = new Allowance(live.settings().rate(), live.settings().burst(), openedNanos);
        this.outbox = new Outbox(session.getAsyncRemote(), live.settings().queueMessages(), live.settings().queueBytes(), this);
    }

    /** Unlike any other connection's, on any node. */
    String id() {
        return id;
    }

    Session session() {
        return session;
    }

    Login login() {
        return login;
    }

    Outbox outbox() {
        return outbox;
    }

    Allowance allowance() {
        return allowance;
    }

    UserFeed feed() {
        return feed;
    }

    void joined(UserFeed to) {
        feed = to;
    }

    /** The position of the last kept message that has left this node for the page, or null. */
    Position sent() {
        return sent;
    }

    long openedNanos() {
        return openedNanos;
    }

    long heardNanos() {
        return heardNanos;
    }

    /** Notes that the peer is alive. */
    void heard() {
        heardNanos = System.nanoTime();
    }

    long pingedNanos() {
        return pingedNanos;
    }

    void pinged(long now) {
        pingedNanos = now;
    }

    /** Whether it takes no more frames. */
    boolean isClosing() {
        return closing.get() != null || finalCode != null;
    }

    CloseCode closeCode() {
        return closing.get();
    }

    long closedNanos() {
        return closedNanos;
    }

    /**
     * Queues a frame; the caller flushes the outbox when it holds no lock.
     *
     * <p>A full outbox closes the connection: nothing kept is lost, since the page resumes from its position.
     */
    void offer(Frame frame) {
        if (!outbox.add(frame)) {
            live.slowConsumers().add();
            close(CloseCode.OVERLOADED);
        }
    }

    /** Queues a frame and sends it; not to be called under a lock. */
    void send(Frame frame) {
        offer(frame);
        outbox.flush();
    }

    /** Has the task run once there is room in the outbox; at once if there is. */
    void whenRoom(Runnable task) {
        onRoom.set(task);
        if (outbox.hasRoom()) {
            roomAgain();
        }
    }

    @Override
    public void roomAgain() {
        Runnable task = onRoom.getAndSet(null);
        if (task != null) {
            live.execute(task);
        }
    }

    @Override
    public void sent(Frame frame) {
        live.delivered().add();
        if (frame.position() != null) {
            sent = frame.position();
            feed.sent(frame.position());
        }
        CloseCode last = finalCode;
        if (last != null && outbox.messages() <= 1) { // the one just sent
            close(last);
        }
    }

    @Override
    public void failed(Throwable cause) {
        live.sendFailures().add();
        close(CloseCode.OVERLOADED);
    }

    /** Closes the connection when the page has taken what waits, at the latest after a second. */
    void closeWhenSent(CloseCode code) {
        finalCode = code;
        if (outbox.messages() == 0) {
            close(code);
        } else {
            live.later(() -> close(code), LAST_WORDS_MILLIS);
        }
    }

    /** Closes the connection, once; what waits is dropped. Returns at once: some servers take seconds to close. */
    void close(CloseCode code) {
        if (closing.compareAndSet(null, code)) {
            closedNanos = System.nanoTime();
            outbox.close();
            live.closed(this, code);
        }
    }

    /** The server says that the WebSocket is closed. */
    void ended() {
        closing.compareAndSet(null, CloseCode.GOING_AWAY);
        outbox.close();
        onRoom.set(null);
        live.ended(this);
    }
}
