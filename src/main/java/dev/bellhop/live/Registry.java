package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Who is connected to this node: a {@link UserFeed} for each user, and with it the subscription to the user's channel.
 *
 * <p>Thread-safe; no lock spans users.
 */
@ApplicationScoped
class Registry {
    /** How long a user's subscription outlives the last connection: in an application of many pages each click reconnects. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a page may take to come by another connection, and still gets what has come meanwhile and is not kept: two attempts. */
    private static final long LEFT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long CONFIRMATION_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ConcurrentMap<String, UserFeed> feeds = new ConcurrentHashMap<>();
    private final Set<UserFeed> changed = ConcurrentHashMap.newKeySet();
    private final LongAdder connections = new LongAdder();
    private final PubSub pubSub;
    private final Keys keys;
    private final Settings settings;
    private final Readings readings;
    private final DeliveredMarks marks;
    private final BoardFeeds boards;

    Registry() { // for the container's proxy
        this(null, null, null, null, null, null, new Metrics());
    }

    @Inject
    Registry(PubSub pubSub, Keys keys, Settings settings, Readings readings, DeliveredMarks marks, BoardFeeds boards, Metrics metrics) {
        this.pubSub = pubSub;
        this.keys = keys;
        this.settings = settings;
        this.readings = readings;
        this.marks = marks;
        this.boards = boards;
        metrics.gauge("connections", "Open connections", this::connections);
        metrics.gauge("users", "Users with an open connection", this::users);
        metrics.gauge("outbox_waiting", "Frames that wait for connections whose page reads slowly", this::waiting);
    }

    /** Adds a connection to its user's; the first one has the node subscribe to the user's channel. */
    UserFeed add(Connection connection) {
        connections.increment();
        return feeds.compute(connection.login().userId(), (user, known) -> {
            UserFeed feed = known == null ? new UserFeed(user, settings, readings, marks.of(user), boards) : known;
            feed.add(connection);
            changed.add(feed);
            if (known == null) {
                pubSub.subscribe(keys.channel(user));
            }
            return feed;
        });
    }

    /** Takes a connection out; doing it again changes nothing. */
    void remove(Connection connection) {
        UserFeed feed = connection.feed();
        if (feed != null && feed.remove(connection)) {
            changed.add(feed);
            connections.decrement();
            feed.arrivals().look();
        }
    }

    /** The user's feed, or null if this node holds none. */
    UserFeed feed(String user) {
        return feeds.get(user);
    }

    /**
     * A user's channel has been subscribed.
     *
     * <p>Why not {@link #feed}: the answer may be here before {@link #add}, which asked, has put the feed into the map; this
     * waits for that moment.
     */
    void subscribed(String user) {
        UserFeed feed = feeds.computeIfPresent(user, (name, known) -> known);
        if (feed != null) {
            feed.subscribed();
        }
    }

    Collection<UserFeed> feeds() {
        return feeds.values();
    }

    int connections() {
        return connections.intValue();
    }

    /** Frames that wait in all outboxes; looks at every connection. */
    long waiting() {
        long waiting = 0;
        for (UserFeed feed : feeds.values()) {
            for (Connection connection : feed.connections()) {
                waiting += connection.outbox().waiting();
            }
        }
        return waiting;
    }

    int users() {
        return (int) feeds.values().stream().filter(feed -> feed.connections().length > 0).count();
    }

    /** Takes the feeds that have gained or lost connections. */
    void takeChanged(Consumer<UserFeed> to) {
        for (Iterator<UserFeed> all = changed.iterator(); all.hasNext(); ) {
            UserFeed feed = all.next();
            all.remove();
            to.accept(feed);
        }
    }

    /** Asks again for the user's subscription if it should have been confirmed long ago; gives it up if the user has been away for a while. */
    void tend(UserFeed feed, long now) {
        if (feed.isUnsubscribedSince(now - CONFIRMATION_NANOS)) { // a page waits for it
            pubSub.subscribeAgain(keys.channel(feed.user()));
        }
        feed.forgetLeft(now - LEFT_NANOS);
        if (feed.isEmptySince(now - LINGER_NANOS)) { // why asked twice: most are not, and need no lock of the map
            feeds.computeIfPresent(feed.user(), (user, known) -> {
                if (!known.isEmptySince(now - LINGER_NANOS)) {
                    return known;
                }
                pubSub.unsubscribe(keys.channel(user));
                known.boards().leave();
                return null;
            });
        }
    }
}
