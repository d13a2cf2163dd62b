package dev.bellhop.live;

import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.live.Connection.State;
import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One user on this node: their connections, and the hand-over from replay to live.
 *
 * <p>Concurrency: its monitor guards the list and each connection's {@code state} and {@code position}. It is held for
 * moments only, and never while the server or Redis is called: frames are queued under it, so their order is that of the
 * positions, and flushed after it. Nobody holds two feeds' monitors.
 *
 * <p>Nothing twice, nothing skipped: the node is subscribed before a replay begins; an announcement reaches a connection
 * only if it is the very next position, is dropped if it is not after the connection's own, and sends the connection back
 * to replaying if there is a gap. A replay ends only if it has reached the newest position announced, in a reading that
 * began after the latest (re)subscription.
 */
final class UserFeed {
    private static final System.Logger LOG = System.getLogger(UserFeed.class.getName());
    private static final int STRETCH = 100;
    private static final int RETRY_MILLIS = 300;

    private final String user;
    private final Live live;
    private final long madeNanos = System.nanoTime();

    // guarded by this
    private Connection[] connections = {};
    private boolean subscribed;
    private int subscriptions;
    private Position announced;
    private long emptySince;
    private boolean missed;

    private volatile Position sent;
    private volatile Position sentNoted;

    UserFeed(String user, Live live) {
        this.user = user;
        this.live = live;
    }

    String user() {
        return user;
    }

    // --- who is here

    synchronized void add(Connection connection) {
        Connection[] more = Arrays.copyOf(connections, connections.length + 1);
        more[connections.length] = connection;
        connections = more;
        connection.joined(this);
    }

    /** @return whether it was there */
    synchronized boolean remove(Connection connection) {
        for (int i = 0; i < connections.length; i++) {
            if (connections[i] == connection) {
                Connection[] fewer = new Connection[connections.length - 1];
                System.arraycopy(connections, 0, fewer, 0, i);
                System.arraycopy(connections, i + 1, fewer, i, fewer.length - i);
                connections = fewer;
                emptySince = System.nanoTime();
                return true;
            }
        }
        return false;
    }

    /** A snapshot, oldest first. */
    synchronized Connection[] connections() {
        return connections;
    }

    synchronized boolean isEmptySince(long nanos) {
        return connections.length == 0 && emptySince - nanos <= 0;
    }

    /** Whether the subscription has not been confirmed for a while since the feed was made. */
    synchronized boolean isUnsubscribedSince(long nanos) {
        return !subscribed && madeNanos - nanos <= 0;
    }

    // --- logging in and replaying

    /**
     * What was known when a reading began. What had been announced by then, the reading holds, or Redis has lost it: to read
     * again for its sake would never end. And of which login of the connection's: what an earlier one asked for is not wanted any
     * more.
     */
    private record Known(int subscriptions, Position announced, int login) {}

    /**
     * A page has sent {@code login}.
     *
     * @param after the last position that it has seen, or null
     */
    void login(Connection connection, Position after) {
        synchronized (this) {
            connection.state = State.LOGGING_IN;
            connection.position = after;
            connection.logins++;
            if (!subscribed) {
                return; // goes on in subscribed()
            }
        }
        replay(connection, State.LOGGING_IN);
    }

    synchronized boolean isBeforeLogin(Connection connection) {
        return connection.state == State.OPEN;
    }

    /** From now on nothing that is announced is missed; what came since the last announcement may have been. */
    void subscribed() {
        synchronized (this) {
            subscribed = true;
            subscriptions++;
        }
        resumeAll();
    }

    /** Something that was announced could not be taken in; {@link #resumeMissed} makes up for it. */
    synchronized void missed() {
        missed = true;
        subscriptions++;
    }

    void resumeMissed() {
        synchronized (this) {
            if (!missed) {
                return;
            }
            missed = false;
        }
        resumeAll();
    }

    private void resumeAll() {
        for (Connection connection : connections()) {
            State state;
            synchronized (this) {
                state = connection.state;
                if (state == State.LIVE) {
                    connection.state = State.REPLAYING;
                }
            }
            if (state == State.LIVE) {
                replay(connection, State.REPLAYING);
            } else if (state == State.LOGGING_IN) {
                replay(connection, State.LOGGING_IN);
            }
        }
    }

    private void replay(Connection connection, State from) {
        Known known;
        Position after;
        synchronized (this) {
            if (connection.state != from || connection.isClosing()) {
                return;
            }
            known = new Known(subscriptions, announced, connection.logins);
            after = connection.position;
        }
        CompletableFuture<Inbox.Stretch> reading = live.inbox().resume(user, after, sent, STRETCH);
        if (from == State.LOGGING_IN) {
            // why now, subscribed: a login that ended before was announced to nobody here. Both are asked at once
            reading = live.inbox().isLoginEnded(user, connection.login().loginId()).thenCombine(reading, (ended, stretch) -> {
                if (ended) {
                    connection.close(CloseCode.LOGIN_ENDED);
                }
                return stretch;
            });
        }
        reading.whenComplete((stretch, failure) -> {
            if (failure == null) {
                // why another thread: Lettuce's must not be kept, nor call into the server
                live.execute(() -> replayed(connection, from, known, stretch));
            } else {
                LOG.log(System.Logger.Level.DEBUG, "replay waits for Redis: {0}", failure.toString());
                live.later(() -> replay(connection, from), RETRY_MILLIS + ThreadLocalRandom.current().nextInt(RETRY_MILLIS));
            }
        });
    }

    private void replayed(Connection connection, State from, Known known, Inbox.Stretch stretch) {
        synchronized (this) {
            if (connection.state != from || connection.logins != known.login || connection.isClosing()) {
                return; // answered meanwhile by another replay, or asked for anew
            }
            if (from == State.LOGGING_IN) {
                connection.state = State.REPLAYING;
                connection.position = stretch.from();
                connection.from = stretch.from();
                connection.offer(Frame.login(user, stretch.end(), stretch.unread(), stretch.recovered(), stretch.from()));
            }
        }
        replayPart(connection, known, stretch, 0);
    }

    /** Queues a stretch's messages as the page takes them: a long inbox must not overflow the outbox of a good reader. */
    private void replayPart(Connection connection, Known known, Inbox.Stretch stretch, int begin) {
        List<Announcement.Kept> messages = stretch.messages();
        boolean again = false;
        boolean full = false;
        int next = begin;
        synchronized (this) {
            if (connection.state != State.REPLAYING || connection.logins != known.login || connection.isClosing()) {
                return;
            }
            while (next < messages.size() && !full) {
                Announcement.Kept kept = messages.get(next);
                full = !connection.outbox().hasRoom();
                if (!full) {
                    if (connection.position == null || kept.position().isAfter(connection.position)) {
                        connection.offer(Frame.kept(kept));
                        connection.position = kept.position();
                    }
                    next++;
                }
            }
            if (!full) {
                // without more, the stretch holds all there is up to the end, even where the last ones have expired
                connection.position = Position.later(connection.position, stretch.more() ? stretch.to() : stretch.end());
                again = stretch.more() || known.subscriptions != subscriptions
                        || (announced != known.announced && announced.isAfter(stretch.end()));
                if (!again) {
                    connection.state = State.LIVE;
                }
            }
        }
        live.replayed().add(next - begin);
        connection.outbox().flush();
        if (full) {
            int from = next;
            connection.whenRoom(() -> replayPart(connection, known, stretch, from));
        } else if (again) {
            replay(connection, State.REPLAYING);
        }
    }

    // --- what is announced

    /** Hands one announcement to the connections. */
    void announced(Announcement announcement) {
        if (announcement instanceof Announcement.Kept kept) {
            kept(kept);
        } else if (announcement instanceof Announcement.Read read) {
            Frame frame = Frame.read(read);
            for (Connection connection : connections()) {
                if (!connection.id().equals(read.connection())) {
                    passing(connection, frame);
                }
            }
        } else if (announcement instanceof Announcement.LoginEnded ended) {
            for (Connection connection : connections()) {
                if (connection.login().loginId().equals(ended.loginId())) {
                    connection.close(CloseCode.LOGIN_ENDED);
                }
            }
        } else if (announcement instanceof Announcement.Disconnected disconnected) {
            for (Connection connection : connections()) {
                connection.close(CloseCode.of(disconnected.closeCode()));
            }
        }
    }

    private void kept(Announcement.Kept kept) {
        Position at = kept.position();
        Frame frame = null;
        List<Connection> gaps = null;
        Connection[] all;
        boolean expired = kept.expiresAt() > 0 && kept.expiresAt() <= System.currentTimeMillis();
        synchronized (this) {
            announced = Position.later(announced, at);
            all = connections;
            for (Connection connection : all) {
                if (connection.state != State.LIVE || !at.isAfter(connection.position)) {
                    continue;
                }
                if (!at.follows(connection.position)) {
                    connection.state = State.REPLAYING;
                    gaps = gaps == null ? new ArrayList<>(all.length) : gaps;
                    gaps.add(connection);
                    continue;
                }
                connection.position = at;
                if (!expired) {
                    frame = frame == null ? Frame.kept(kept) : frame;
                    connection.offer(frame);
                }
            }
        }
        if (frame != null) {
            for (Connection connection : all) {
                connection.outbox().flush();
            }
        }
        if (gaps != null) {
            live.gaps().add(gaps.size());
            for (Connection connection : gaps) {
                replay(connection, State.REPLAYING);
            }
        }
    }

    /** Hands a message that is not kept to all connections that have logged in. */
    void passing(Frame frame) {
        for (Connection connection : connections()) {
            passing(connection, frame);
        }
    }

    private void passing(Connection connection, Frame frame) {
        synchronized (this) {
            if (connection.state != State.LIVE && connection.state != State.REPLAYING) {
                return;
            }
            connection.offer(frame);
        }
        connection.outbox().flush();
    }

    /** What the user's connections here are doing, oldest first. */
    synchronized List<Standing> standings() {
        return Arrays.stream(connections).map(Standing::of).toList();
    }

    // --- the delivered mark

    /** A connection has been sent everything up to here. */
    void sent(Position position) {
        Position known = sent;
        if (known == null || position.isAfter(known)) {
            sent = position; // why without a lock: a lost race leaves an earlier mark, which the next frame mends
            live.registry().hasSent(this);
        }
    }

    /** What is to be noted as delivered, or null if nothing is new since the last call. */
    Position takeSent() {
        Position now = sent;
        if (now == null || now.equals(sentNoted)) {
            return null;
        }
        sentNoted = now;
        return now;
    }

    /** Noting failed: it is to be tried again. */
    void sentNotNoted() {
        sentNoted = null;
        live.registry().hasSent(this);
    }
}
