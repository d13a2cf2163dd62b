package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.presence.Presence;
import dev.bellhop.redis.Redis;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks at every connection every few seconds: closes who does not log in, does not read or has gone silent, and pings the
 * rest; writes the delivered marks and who is here; gives up subscriptions that nobody needs.
 *
 * <p>Why not at all of them twice a second: that was a third of what thousands of idle connections cost.
 *
 * <p>Why not the server's own idle and send time-outs: on some servers they never fire, or fire and close nothing.
 */
@SingleInstance
public class Sweeper {
    private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
    private static final long PERIOD_MILLIS = 500;
    /** A send that takes longer ends its connection. */
    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** What waits for a page at some moment, the page must have taken after this time. So a page cannot hold what waits for it for ever. */
    private static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Who is here is written again every so many sweeps: thrice before it no longer counts. */
    private static final int PRESENCE_SWEEPS = (int) (Presence.HELD_LASTS.toMillis() / PERIOD_MILLIS / 3);
    /** And once within so many sweeps after Redis has been away, for it may have lost all. Why not at once: so many commands would leave no room for messages. */
    private static final int AGAIN_SWEEPS = 40;
    /** Each connection is looked at every so many sweeps, or more often. */
    private static final int MOST_SLICES = 6;

    private final Lanes lanes;
    private final Settings settings;
    private final Registry registry;
    private final DeliveredMarks marks;
    private final BoardFeeds boards;
    private final Presence presence;
    private final int slices;
    private final AtomicInteger again = new AtomicInteger();
    private long sweep;
    private ScheduledFuture<?> sweeps;

    @Inject
    Sweeper(Lanes lanes, Settings settings, Registry registry, DeliveredMarks marks, BoardFeeds boards, Presence presence, Redis redis) {
        this.lanes = lanes;
        this.settings = settings;
        this.registry = registry;
        this.marks = marks;
        this.boards = boards;
        this.presence = presence;
        slices = slices(settings.pingInterval(), settings.loginTimeout());
        redis.onConnected(() -> again.set(AGAIN_SWEEPS));
    }

    /** How many sweeps it takes to look at each connection once: so few that no time is exceeded by more than a quarter, or by a sweep. */
    static int slices(Duration pingInterval, Duration loginTimeout) {
        long shortest = Math.min(pingInterval.toMillis() / 2, loginTimeout.toMillis()); // half, since a ping must have time to be answered
        return (int) Math.max(1, Math.min(MOST_SLICES, shortest / 4 / PERIOD_MILLIS));
    }

    /** Begins to look after connections. */
    public void start() {
        sweeps = lanes.timer().scheduleWithFixedDelay(this::sweep, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try { // why: a task that throws is not run again
            sweep(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A sweep over the connections failed; the next is in half a second. Please report this.", e);
        }
    }

    void sweep(long now) {
        sweep++;
        int slice = (int) (sweep % slices);
        int sweeps = again.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? AGAIN_SWEEPS : PRESENCE_SWEEPS;
        int writing = (int) (sweep % sweeps);
        for (UserFeed feed : registry.feeds()) {
            int place = feed.user().hashCode();
            if (Math.floorMod(place, slices) == slice) {
                for (Connection connection : feed.connections()) {
                    look(feed, connection, now);
                }
                registry.tend(feed, now);
            }
            if (Math.floorMod(place, sweeps) == writing && feed.connections().length > 0) {
                writePresence(feed);
            }
        }
        marks.write();
        registry.takeChanged(this::writePresence);
        boards.subscribeAgain(now);
        boards.dropEmpty(now);
    }

    private void writePresence(UserFeed feed) {
        presence.write(feed.user(), feed.connections().length);
    }

    void look(UserFeed feed, Connection connection, long now) {
        long interval = connection.transport().pingNanos(settings.pingInterval().toNanos());
        long stalled = connection.outbox().stalledNanos(now);
        if (feed.isBeforeLogin(connection) && now - connection.openedNanos() > settings.loginTimeout().toNanos()) {
            connection.close(CloseCode.LOGIN_TIMEOUT);
        } else if (stalled > STALLED_NANOS || connection.outbox().behindNanos(now) > BEHIND_NANOS) {
            connection.closeAsSlow();
        } else if (connection.login().ages() && now - connection.openedNanos() > 2 * settings.loginCheck().toNanos()) {
            // why twice: the HTTP session that ends after that time is the better moment, for then the sign-on may end with it
            connection.check();
        } else if (connection.transport().isTwoWay() && now - connection.heardNanos() > 2 * interval) {
            connection.close(CloseCode.SILENT);
        } else if (now - Math.max(connection.heardNanos(), connection.pingedNanos()) > interval && stalled == 0) {
            connection.pinged(now);
            ping(connection);
        }
    }

    private static void ping(Connection connection) {
        ClassLoader own = ServerCalls.enter(connection.transport().server());
        try {
            connection.transport().ping();
        } catch (IOException | RuntimeException e) {
            connection.failed(e);
        } finally {
            ServerCalls.leave(own);
        }
    }

    /** Ends it; writes what is still to be written. */
    public void stop() {
        if (sweeps != null) {
            sweeps.cancel(false);
        }
        marks.writeAll();
        registry.takeChanged(this::writePresence);
    }
}
