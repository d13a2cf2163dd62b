package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.live.Connection.State;
import dev.bellhop.message.Address;
import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One user on this node: their connections, and what is announced to them; with {@link Replay}, the hand-over from replay to live.
 *
 * <p>Concurrency: its monitor guards the list and each connection's {@code state} and {@code position}. It is held for
 * moments only, and never while the server or Redis is called: frames are queued under it, so their order is that of the
 * positions, and flushed after it. Nobody holds two feeds' monitors.
 *
 * <p>Nothing twice, nothing skipped: the node is subscribed before a replay begins; an announcement reaches a connection
 * only if it is the very next position, is dropped if it is not after the connection's own, and sends the connection back
 * to replaying if there is a gap or another epoch. An open page whose replay cannot be shown to be complete is sent the answer
 * to {@code login} again. A replay ends only if it has reached the newest position announced, in a reading that
 * began after the latest (re)subscription.
 */
final class UserFeed {
    /** A page that has been open for less has just shown its login. */
    private static final long SHOWN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String user;
    private final DeliveredMark delivered;
    private final Replay replay;
    private final BoardFeeds boardFeeds;
    private final UserBoards boards;
    private final Arrivals arrivals = new Arrivals(this);
    private final long madeNanos = System.nanoTime();
    private final Allowance bytes;

    /** The newest message for everybody that its connections have been handed: {@link Broadcasts}' own note. */
    long broadcast;

    // guarded by this
    private Connection[] connections = {};
    private final LeftConnections left = new LeftConnections();
    private Position announced;
    private long emptySince;

    UserFeed(String user, Settings settings, Readings readings, DeliveredMark delivered, BoardFeeds boardFeeds) {
        this.user = user;
        this.delivered = delivered;
        this.boardFeeds = boardFeeds;
        this.boards = new UserBoards(this, boardFeeds);
        this.replay = readings.replay(this);
        bytes = Allowance.ofBytes(settings, madeNanos);
    }

    String user() {
        return user;
    }

    /** The boards that the user reads. */
    UserBoards boards() {
        return boards;
    }

    /** Who waits until the connections have been sent messages. */
    Arrivals arrivals() {
        return arrivals;
    }

    /** How far the connections have been sent messages. */
    DeliveredMark delivered() {
        return delivered;
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
                if (connection.mayBeReplaced()) {
                    left.add(connection, emptySince);
                }
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
        return connections.length == 0 && left.isEmpty() && emptySince - nanos <= 0;
    }

    /** Gives up what waits for pages that should have come by this time. */
    synchronized void forgetLeft(long nanos) {
        left.forget(nanos);
    }

    /** Whether the subscription has not been confirmed for a while since the feed was made. */
    synchronized boolean isUnsubscribedSince(long nanos) {
        return !replay.isSubscribed() && madeNanos - nanos <= 0;
    }

    /** Whether the user's pages here may send so many bytes more to the application. */
    synchronized boolean maySend(int more) {
        return bytes.take(more, System.nanoTime());
    }

    // --- logging in and replaying

    /**
     * A page has sent {@code login}.
     *
     * @param after    the last position that it has seen, or null
     * @param replaces the id of the page's connection in whose place it comes, or null
     */
    void login(Connection connection, Position after, String replaces) {
        synchronized (this) {
            connection.replaces = replaces == null ? null : Stream.concat(Arrays.stream(connections), left.all())
                    .filter(other -> other != connection && other.id().equals(replaces)).findFirst().orElse(null);
        }
        replay.login(connection, after);
    }

    synchronized boolean isBeforeLogin(Connection connection) {
        return connection.state == State.OPEN;
    }

    /** From now on nothing that is announced is missed; what came since the last announcement may have been. */
    void subscribed() {
        groupsMayHaveChanged();
        replay.subscribed();
    }

    /** Something that was announced could not be taken in; {@link #resumeMissed} makes up for it. */
    void missed() {
        replay.missed();
    }

    void resumeMissed() {
        replay.resumeMissed();
    }

    /** The newest position announced, or null. To be called with the monitor held. */
    Position announced() {
        return announced;
    }

    // --- what is announced

    /** Hands one announcement to the connections. */
    void announced(Announcement announcement) {
        if (announcement instanceof Announcement.Kept kept) {
            kept(kept);
        } else if (announcement instanceof Announcement.Read read) {
            passing(Frame.read(read), connection -> !connection.id().equals(read.connection()));
        } else if (announcement instanceof Announcement.LoginEnded ended) {
            loginEnded(ended.loginId());
        } else if (announcement instanceof Announcement.LoginCheck check) {
            loginCheck(check.loginId());
        } else if (announcement instanceof Announcement.GroupsChanged) {
            groupsMayHaveChanged();
        } else if (announcement instanceof Announcement.Disconnected disconnected) {
            for (Connection connection : connections()) {
                connection.close(CloseCode.of(disconnected.closeCode()));
            }
        }
    }

    /** Closes the connections of a login. */
    void loginEnded(String loginId) {
        for (Connection connection : connections()) {
            if (connection.login().loginId().equals(loginId)) {
                connection.close(CloseCode.LOGIN_ENDED);
            }
        }
    }

    /** Has the connections of a login come back; with an empty id those of all logins, but for the young ones. */
    private void loginCheck(String loginId) {
        long now = System.nanoTime();
        for (Connection connection : connections()) {
            if (loginId.isEmpty() ? now - connection.openedNanos() > SHOWN_NANOS : connection.login().loginId().equals(loginId)) {
                connection.check();
            }
        }
    }

    private void kept(Announcement.Kept kept) {
        Position at = kept.position();
        Frame frame = null;
        List<Connection> gaps = null;
        Connection[] all;
        synchronized (this) {
            if (announced == null || isNewer(at, announced)) {
                announced = at;
            }
            all = connections;
            for (Connection connection : all) {
                if (connection.state != State.LIVE || !isNewer(at, connection.position)) {
                    continue;
                }
                if (!at.follows(connection.position)) {
                    connection.state = State.REPLAYING;
                    gaps = gaps == null ? new ArrayList<>(all.length) : gaps;
                    gaps.add(connection);
                    continue;
                }
                connection.position = at;
                frame = frame == null ? Frame.kept(kept) : frame;
                connection.offer(frame);
            }
        }
        if (frame != null) {
            for (Connection connection : all) {
                connection.outbox().flush();
            }
        }
        if (gaps != null) {
            replay.fill(gaps);
        }
    }

    /**
     * Whether an announced position may lie after another. Of two epochs the higher one is not always the newer one: a clock may
     * step back after Redis has lost everything. Only the inbox tells which one counts, so each asks for a replay.
     */
    static boolean isNewer(Position announced, Position other) {
        return announced.epoch() != other.epoch() || announced.offset() > other.offset();
    }

    private void groupsMayHaveChanged() {
        if (boards.mayHaveMissed()) {
            boardFeeds.ask(boards);
        }
    }

    /** Takes in what is new on the user's boards, before a login is answered; whether there was anything. */
    CompletableFuture<Boolean> takeIn() {
        boards.roles(roles());
        return boardFeeds.catchUp(boards);
    }

    private Set<String> roles() {
        Set<String> all = Set.of();
        for (Connection connection : connections()) {
            Set<String> held = connection.login().roles();
            if (!all.containsAll(held)) { // why asked: mostly all hold the same, and a user may have many connections
                Set<String> more = new HashSet<>(all);
                more.addAll(held);
                all = more;
            }
        }
        return all;
    }

    /**
     * Hands a message for many that is not kept to the connections whom it concerns.
     *
     * @return how many connections there are
     */
    int passing(Address to, Frame frame) {
        return switch (to.kind()) {
            case ROLE -> passingToRole(to.name(), frame);
            case GROUP -> boards.isMember(to.name()) ? passing(frame) : 0;
            case USER, EVERYONE -> passing(frame);
        };
    }

    /**
     * Hands a message that is not kept to all connections that have logged in.
     *
     * @return how many connections there are
     */
    int passing(Frame frame) {
        return passing(frame, connection -> true);
    }

    private int passingToRole(String role, Frame frame) {
        return passing(frame, connection -> connection.login().roles().contains(role));
    }

    /** @return how many connections it is for, also those that have not logged in yet */
    private int passing(Frame frame, Predicate<Connection> concerns) {
        int concerned = 0;
        Connection[] all;
        synchronized (this) { // why for all at once: one of them may just be taking another's place
            all = connections;
            for (Connection connection : all) {
                if (!concerns.test(connection)) {
                    continue;
                }
                concerned++;
                if (connection.hasBeenAnswered()) {
                    connection.offer(frame);
                }
            }
            left.passing(frame, concerns);
        }
        for (Connection connection : all) {
            connection.outbox().flush();
        }
        return concerned;
    }

    /** What the user's connections here are doing, oldest first. */
    synchronized List<ConnectionState> states() {
        return Arrays.stream(connections).map(ConnectionState::of).toList();
    }
}
