package dev.bellhop.live;

import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.lane.Lanes;
import dev.bellhop.live.Connection.State;
import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Brings one user's connections from where they are to the end of the inbox.
 *
 * <p>One reading of the inbox is under way at a time. All connections that wait at the same position share it. {@link Readings}
 * says when it may begin; a reading that fails is tried again later and later.
 *
 * <p>Concurrency: the feed's monitor guards all fields. Nobody holds it while the server or Redis is called.
 */
final class Replay {
    private static final System.Logger LOG = System.getLogger(Replay.class.getName());
    private static final int STRETCH = 100;
    private static final int FIRST_REST_MILLIS = 300;
    private static final int LONGEST_REST_MILLIS = 10_000;

    private final UserFeed feed;
    private final Inbox inbox;
    private final Lanes lanes;
    private final Readings readings;

    // guarded by the feed
    private boolean subscribed;
    private int subscriptions;
    private boolean missed;
    private long turns;
    /** Whether a reading is under way, or a turn has been asked for, or it rests after a failure. */
    private boolean busy;
    private boolean resting;
    private int failures;

    Replay(UserFeed feed, Inbox inbox, Lanes lanes, Readings readings) {
        this.feed = feed;
        this.inbox = inbox;
        this.lanes = lanes;
        this.readings = readings;
    }

    /**
     * One reading, and what was known when it began. What had been announced by then, the reading holds, or Redis has lost it: to
     * read again for its sake would never end.
     *
     * @param after what each of the readers has seen
     */
    private record Reading(Position after, int subscriptions, Position announced, List<Reader> readers) {}

    /**
     * A connection, and which login of the connection's the reading is for: what an earlier one asked for is not wanted any more.
     */
    private record Reader(Connection connection, int login, State state) {

        boolean isStillIn(State wanted) {
            return connection.state == wanted && connection.logins == login && !connection.isClosing();
        }
    }

    // --- who needs a reading

    /** A page has sent {@code login}. */
    void login(Connection connection, Position after) {
        synchronized (feed) {
            if (connection.state == State.REPLACED) {
                return; // its page has another one
            }
            connection.state = State.LOGGING_IN;
            connection.position = after;
            connection.logins++;
            connection.reading = false;
            if (!subscribed) {
                return; // goes on in subscribed()
            }
        }
        ask(List.of(connection));
    }

    /** From now on nothing that is announced is missed; what came since the last announcement may have been. */
    void subscribed() {
        boolean rested;
        synchronized (feed) {
            subscribed = true;
            subscriptions++;
            failures = 0;
            rested = resting; // why not wait any longer: Redis is there
            resting = false;
        }
        resumeAll();
        if (rested) {
            readings.ask(this);
        }
    }

    /** To be called with the feed's monitor held. */
    boolean isSubscribed() {
        return subscribed;
    }

    /** Something that was announced could not be taken in; {@link #resumeMissed} makes up for it. */
    void missed() {
        synchronized (feed) {
            missed = true;
            subscriptions++;
        }
    }

    void resumeMissed() {
        synchronized (feed) {
            if (!missed) {
                return;
            }
            missed = false;
        }
        resumeAll();
    }

    private void resumeAll() {
        List<Connection> asking = new ArrayList<>();
        synchronized (feed) {
            for (Connection connection : feed.connections()) {
                if (connection.state == State.LIVE) {
                    connection.state = State.REPLAYING;
                    asking.add(connection);
                } else if (connection.state == State.LOGGING_IN && !connection.reading) {
                    asking.add(connection);
                }
            }
        }
        ask(asking);
    }

    /** These have been announced a position that is not their next. */
    void fill(List<Connection> gaps) {
        readings.gaps(gaps.size());
        ask(gaps);
    }

    /** These wait for a reading from their position. */
    private void ask(List<Connection> asking) {
        synchronized (feed) {
            asking.forEach(this::queue);
            if (busy || asking.isEmpty()) {
                return;
            }
            busy = true;
        }
        readings.ask(this);
    }

    private void queue(Connection connection) {
        connection.reading = false;
        if (connection.turn == 0) {
            connection.turn = ++turns;
        }
    }

    // --- a reading

    /**
     * The user's turn has come.
     *
     * @return false if nobody waits any more; else {@link Readings#ended} is called when the reading has ended
     */
    boolean begin() {
        Reading reading;
        Position sent = feed.delivered().sent();
        synchronized (feed) {
            reading = next();
            if (reading == null) {
                busy = false;
                return false;
            }
        }
        try {
            read(reading, sent).whenComplete((stretch, failure) -> {
                if (failure == null) {
                    // why another thread: Lettuce's must not be kept, nor call into the server
                    lanes.insist(lanes.pages(), () -> taken(reading, stretch));
                } else {
                    failed(reading, failure);
                }
            });
        } catch (RuntimeException e) {
            failed(reading, e);
        }
        return true;
    }

    /** For whoever has waited longest, and for all others at the same position. */
    private Reading next() {
        Connection first = null;
        for (Connection connection : feed.connections()) {
            if (connection.isClosing() || (connection.state != State.LOGGING_IN && connection.state != State.REPLAYING)) {
                connection.turn = 0;
            } else if (connection.turn > 0 && (first == null || connection.turn < first.turn)) {
                first = connection;
            }
        }
        if (first == null) {
            return null;
        }
        List<Reader> readers = new ArrayList<>(1);
        for (Connection connection : feed.connections()) {
            if (connection.turn > 0 && Objects.equals(connection.position, first.position)) {
                connection.turn = 0;
                connection.reading = true;
                readers.add(new Reader(connection, connection.logins, connection.state));
            }
        }
        return new Reading(first.position, subscriptions, feed.announced(), readers);
    }

    private CompletableFuture<Inbox.Stretch> read(Reading reading, Position sent) {
        List<String> logins = new ArrayList<>(1);
        for (Reader reader : reading.readers()) {
            String login = reader.connection().login().loginId();
            if (reader.state() == State.LOGGING_IN && !logins.contains(login)) {
                logins.add(login);
            }
        }
        if (logins.isEmpty()) {
            return inbox.resume(feed.user(), reading.after(), sent, STRETCH);
        }
        CompletableFuture<Inbox.Stretch> first = login(reading, sent, logins);
        // why both at once: mostly there is nothing new on the boards, and the login then waits no longer
        return feed.takeIn().thenCompose(any -> any ? login(reading, sent, logins) : first);
    }

    /** Why it is asked now, subscribed, whether a login has ended: one that ended before was announced to nobody here. */
    private CompletableFuture<Inbox.Stretch> login(Reading reading, Position sent, List<String> logins) {
        return inbox.login(feed.user(), reading.after(), sent, STRETCH, logins).thenApply(found -> {
            found.ended().forEach(feed::loginEnded);
            return found.stretch();
        });
    }

    private void failed(Reading reading, Throwable failure) {
        int millis;
        synchronized (feed) {
            for (Reader reader : reading.readers()) {
                if (reader.isStillIn(reader.state())) {
                    queue(reader.connection());
                }
            }
            int most = Math.min(LONGEST_REST_MILLIS, FIRST_REST_MILLIS << Math.min(failures, 10));
            millis = most / 2 + ThreadLocalRandom.current().nextInt(most / 2);
            failures++;
            resting = true;
        }
        LOG.log(System.Logger.Level.DEBUG, "a replay waits {0} ms for Redis: {1}", millis, failure.toString());
        readings.failed();
        lanes.later(lanes.pages(), this::rested, millis);
    }

    private void rested() {
        synchronized (feed) {
            if (!resting) {
                return;
            }
            resting = false;
        }
        readings.ask(this);
    }

    private void taken(Reading reading, Inbox.Stretch stretch) {
        try {
            feed.delivered().forgetAfter(stretch.end());
            for (Reader reader : reading.readers()) {
                if (answer(reader, stretch)) {
                    queue(reader, reading, stretch, 0);
                    if (reader.state() == State.LOGGING_IN) {
                        reader.connection().pending().open();
                    }
                }
            }
        } finally {
            readings.ended();
            boolean more = false;
            synchronized (feed) {
                failures = 0;
                for (Connection connection : feed.connections()) {
                    more |= connection.turn > 0;
                }
                busy = more;
            }
            if (more) {
                readings.ask(this);
            }
        }
    }

    /** @return false if the connection does not wait for this reading any more */
    private boolean answer(Reader reader, Inbox.Stretch stretch) {
        Connection connection = reader.connection();
        Connection replaced = null;
        synchronized (feed) {
            if (!reader.isStillIn(reader.state())) {
                return false; // has asked anew, or is gone
            }
            if (reader.state() == State.LOGGING_IN) {
                replaced = replace(connection);
            }
            if (reader.state() == State.LOGGING_IN || isNews(connection, stretch)) {
                connection.state = State.REPLAYING;
                connection.position = stretch.from();
                connection.from = stretch.from();
                connection.unrecovered = stretch.recovered() ? null : stretch.end();
                connection.offer(Frame.login(feed.user(), stretch.end(), stretch.unread(), stretch.recovered(), stretch.from(),
                        connection.id(), replaced != null));
                if (replaced != null) {
                    replaced.outbox().leaveTo(connection.outbox());
                }
            }
        }
        if (replaced != null) {
            replaced.replaced();
        }
        return true;
    }

    /**
     * From now on a message that is not kept goes to the new connection and no more to the old one: to one of the two, once. The old one may be gone already;
     * then its outbox still holds what has come since. To be called with the feed's monitor held.
     *
     * @return the old one, or null
     */
    private static Connection replace(Connection connection) {
        Connection old = connection.replaces;
        connection.replaces = null;
        if (old == null || !old.hasBeenAnswered()) {
            return null;
        }
        old.state = State.REPLACED;
        return old;
    }

    /**
     * Whether an open page does not know yet that messages may be missing.
     *
     * <p>What a page has been told holds for all up to the end at that time. On the way there, through older epochs, each
     * reading shows it once more.
     */
    private static boolean isNews(Connection connection, Inbox.Stretch stretch) {
        Position told = connection.unrecovered;
        if (stretch.recovered() || told == null || told.epoch() != stretch.end().epoch() || connection.position.epoch() >= told.epoch()) {
            return !stretch.recovered();
        }
        Position next = stretch.messages().isEmpty() ? told : stretch.messages().get(0).position();
        return next.epoch() == told.epoch() && next.offset() > told.offset() + 1;
    }

    /** Queues a stretch's messages as the page takes them: a long inbox must not overflow the outbox of a good reader. */
    private void queue(Reader reader, Reading reading, Inbox.Stretch stretch, int begin) {
        Connection connection = reader.connection();
        List<Announcement.Kept> messages = stretch.messages();
        boolean again = false;
        boolean full = false;
        int next = begin;
        synchronized (feed) {
            if (!reader.isStillIn(State.REPLAYING)) {
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
                Position announced = feed.announced();
                again = stretch.more() || reading.subscriptions() != subscriptions
                        || (announced != reading.announced() && UserFeed.isNewer(announced, stretch.end()));
                if (!again) {
                    connection.state = State.LIVE;
                    connection.reading = false;
                }
            }
        }
        readings.replayed(next - begin);
        connection.outbox().flush();
        if (full) {
            int from = next;
            connection.whenRoom(() -> queue(reader, reading, stretch, from));
        } else if (again) {
            ask(List.of(connection));
        }
    }
}
