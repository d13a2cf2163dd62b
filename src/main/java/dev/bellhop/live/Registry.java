package dev.bellhop.live;

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

    private static final long CONFIRMATION_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ConcurrentMap<String, UserFeed> feeds = new ConcurrentHashMap<>();
    private final Set<UserFeed> haveSent = ConcurrentHashMap.newKeySet();
    private final Set<UserFeed> changed = ConcurrentHashMap.newKeySet();
    private final LongAdder connections = new LongAdder();
    private final PubSub pubSub;
    private final Keys keys;

    Registry() { // for the container's proxy
        this(null, null);
    }

    @Inject
    Registry(PubSub pubSub, Keys keys) {
        this.pubSub = pubSub;
        this.keys = keys;
    }

    /** Adds a connection to its user's; the first one has the node subscribe to the user's channel. */
    UserFeed add(Connection connection, Live live) {
        connections.increment();
        return feeds.compute(connection.login().userId(), (user, known) -> {
            UserFeed feed = known == null ? new UserFeed(user, live) : known;
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

    /** Notes that the feed's delivered mark is to be written. */
    void hasSent(UserFeed feed) {
        haveSent.add(feed);
    }

    /** Takes the feeds whose delivered mark is to be written. */
    void drainSent(Consumer<UserFeed> to) {
        drain(haveSent, to);
    }

    /** Takes the feeds that have gained or lost connections. */
    void drainChanged(Consumer<UserFeed> to) {
        drain(changed, to);
    }

    private static void drain(Set<UserFeed> feeds, Consumer<UserFeed> to) {
        for (Iterator<UserFeed> all = feeds.iterator(); all.hasNext(); ) {
            UserFeed feed = all.next();
            all.remove();
            to.accept(feed);
        }
    }

    /** Asks again for subscriptions that should have been confirmed long ago: a page waits for each. */
    void subscribeAgain(long now) {
        for (UserFeed feed : feeds.values()) {
            if (feed.isUnsubscribedSince(now - CONFIRMATION_NANOS)) {
                pubSub.subscribeAgain(keys.channel(feed.user()));
            }
        }
    }

    /** Gives up the subscriptions of users who have been away for a while. */
    void dropEmpty(long now) {
        for (String user : feeds.keySet()) {
            feeds.computeIfPresent(user, (name, feed) -> {
                if (!feed.isEmptySince(now - LINGER_NANOS)) {
                    return feed;
                }
                pubSub.unsubscribe(keys.channel(name));
                return null;
            });
        }
    }
}
