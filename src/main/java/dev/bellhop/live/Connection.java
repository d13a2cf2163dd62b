package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.lane.Lanes;
import dev.bellhop.login.Login;
import dev.bellhop.message.Position;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One page's way to this node, by whatever {@link Transport}.
 *
 * <p>Thread-safe. Where it stands in its user's inbox is guarded by its {@link UserFeed}.
 */
final class Connection implements Outbox.Owner, Sender {

    /** How far a connection has come. */
    enum State {
        /** No {@code login} frame yet. */
        OPEN,
        /** Logging in: the answer waits for Redis. */
        LOGGING_IN,
        /** Being sent what it has missed. */
        REPLAYING,
        /** Everything that comes is sent at once. */
        LIVE,
        /** Its page has another connection in its place; nothing more is sent here. */
        REPLACED
    }

    /** {@code login} frames a second that a page may send. One is enough, and another one for each gap that a page finds. */
    static final int LOGIN_RATE = 1;
    /** {@code login} frames at once. */
    private static final int LOGIN_BURST = 5;

    private static final long LAST_WORDS_MILLIS = 1_000;
    /** How long a page may take to come by another connection, when it is asked to show its login. */
    private static final long CHECK_MILLIS = 5_000;
    /** How long a connection that has been replaced still takes what its page had sent before it knew. */
    private static final long REPLACED_MILLIS = 1_000;

    private final String node;
    private final long number;
    private final Transport transport;
    private final Login login;
    private final Outbox outbox;
    private final Allowance allowance;
    private final Pending pending;
    private final Lanes lanes;
    private final Connections connections;
    private final long openedNanos = System.nanoTime();
    private final AtomicReference<CloseCode> closing = new AtomicReference<>();
    private final AtomicBoolean checked = new AtomicBoolean();
    private final AtomicReference<Runnable> onRoom = new AtomicReference<>();

    private volatile UserFeed feed;
    private volatile long heardNanos = openedNanos;
    private volatile long pingedNanos = openedNanos;
    private volatile Allowance loginAllowance;
    private volatile CloseCode finalCode;
    private volatile Position sent;

    // guarded by the feed
    State state = State.OPEN;
    /** Its place among those who wait for a reading of the inbox; 0 if it does not. */
    long turn;
    /** Whether a reading is under way for it, or its messages are being queued. */
    boolean reading;
    /** How often its page has sent {@code login}. */
    int logins;
    Position position;
    /** Where its latest login or new beginning was: what lies before, the page has or needs no more. */
    Position from;
    /** Its page knows that messages up to here may be missing; null if the latest answer to {@code login} said that none are. */
    Position unrecovered;
    /** The connection in whose place it comes, once it is logged in; else null. */
    Connection replaces;

    /** @param number of this connection on its node */
    Connection(String node, long number, Transport transport, Login login, Settings settings, Lanes lanes, Connections connections) {
        this.node = node;
        this.number = number;
        this.transport = transport;
        this.login = login;
        this.lanes = lanes;
        this.connections = connections;
        this.allowance = Allowance.ofFrames(settings, openedNanos);
        this.pending = new Pending(settings.queueBytes());
        this.outbox = new Outbox(transport, settings.queueMessages(), settings.queueBytes(), this);
    }

    /** Unlike any other connection's, on any node. Why not kept: few ask, and there are many connections. */
    String id() {
        return node + '/' + number;
    }

    Transport transport() {
        return transport;
    }

    Login login() {
        return login;
    }

    Outbox outbox() {
        return outbox;
    }

    @Override
    public String userId() {
        return login.userId();
    }

    @Override
    public String connectionId() {
        return id();
    }

    @Override
    public boolean maySend(int bytes) {
        return feed.maySend(bytes);
    }

    @Override
    public void answer(Frame frame) {
        send(frame);
    }

    @Override
    public void tell(Frame frame) {
        lanes.insist(lanes.pages(), () -> send(frame));
    }

    @Override
    public void refuseAll(CloseCode why) {
        closeWhenSent(why);
    }

    @Override
    public Allowance allowance() {
        return allowance;
    }

    /** Whether its page may send a {@code login} frame; called for each of them, one after another. */
    boolean mayLogIn(long now) {
        Allowance known = loginAllowance;
        if (known == null) { // why so late: almost all pages send one
            known = new Allowance(LOGIN_RATE, LOGIN_BURST, now);
            loginAllowance = known;
        }
        return known.take(now);
    }

    @Override
    public Pending pending() {
        return pending;
    }

    UserFeed feed() {
        return feed;
    }

    /** Whether its page takes messages: an answered one goes on doing so while it asks for what it has missed. To be called with the feed's monitor held. */
    boolean hasBeenAnswered() {
        return state == State.LIVE || state == State.REPLAYING || state == State.LOGGING_IN && from != null;
    }

    /** Whether its page comes by another connection and is still welcome. To be called with the feed's monitor held. */
    boolean mayBeReplaced() {
        CloseCode code = closing.get();
        return outbox.keeps() && hasBeenAnswered() && code != CloseCode.LOGIN_ENDED && code != CloseCode.DISCONNECTED;
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

    /**
     * Queues a frame; the caller flushes the outbox when it holds no lock.
     *
     * <p>A full outbox closes the connection: nothing kept is lost, since the page resumes from its position.
     */
    void offer(Frame frame) {
        if (!outbox.add(frame)) {
            closeAsSlow();
        }
    }

    /** The page does not take its frames in time. */
    void closeAsSlow() {
        connections.isSlow();
        close(CloseCode.OVERLOADED);
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
            lanes.insist(lanes.pages(), task);
        }
    }

    @Override
    public void sent(Frame frame) {
        connections.frameSent();
        if (frame.position() != null) {
            sent = frame.position();
            feed.delivered().move(frame.position());
            feed.arrivals().look();
        }
        CloseCode last = finalCode;
        if (last != null && outbox.messages() == 0) {
            close(last);
        }
    }

    @Override
    public void failed(Throwable cause) {
        connections.sendFailed();
        close(CloseCode.OVERLOADED);
        flushHeir();
    }

    /** Closes the connection when the page has taken what waits, at the latest after a second. */
    void closeWhenSent(CloseCode code) {
        finalCode = code;
        if (outbox.messages() == 0) {
            close(code);
        } else {
            lanes.later(lanes.pages(), () -> close(code), LAST_WORDS_MILLIS);
        }
    }

    /** Closes the connection, once; what waits is dropped. Returns at once: some servers take seconds to close. */
    void close(CloseCode code) {
        if (closing.compareAndSet(null, code)) {
            outbox.close();
            connections.closed(this, code);
            flushHeir();
        }
    }

    /** What it could not send goes by the connection that has taken its place. Why by a lane: the caller may hold a lock. */
    private void flushHeir() {
        Outbox heir = outbox.heir();
        if (heir != null) {
            lanes.insist(lanes.pages(), heir::flush);
        }
    }

    /**
     * Has the page show its login again. It is told, and has some seconds to come by another connection before this one closes. What is not kept waits for
     * it even longer: so it misses nothing. Doing it again changes nothing.
     */
    void check() {
        if (feed.isBeforeLogin(this)) {
            close(CloseCode.LOGIN_CHECK);
        } else if (checked.compareAndSet(false, true)) {
            outbox.keep();
            tell(Frame.loginCheck(id()));
            lanes.later(lanes.closing(), () -> close(CloseCode.LOGIN_CHECK), CHECK_MILLIS);
        }
    }

    /** Whether the page has been asked to come by another connection. */
    boolean isChecked() {
        return checked.get();
    }

    /** Another connection has taken its place. */
    void replaced() {
        lanes.later(lanes.closing(), () -> closeWhenSent(CloseCode.LOGIN_CHECK), REPLACED_MILLIS);
    }

    /**
     * The server has closed it with the HTTP session on which it hangs, and may not have said yet that this has expired: the page comes back to show its login.
     */
    void endedWithHttpSession() {
        outbox.keep();
        ended();
    }

    /** The server says that the page is gone, or the close is over. */
    void ended() {
        closing.compareAndSet(null, CloseCode.GOING_AWAY);
        outbox.close();
        onRoom.set(null);
        connections.ended(this);
        flushHeir();
    }
}
