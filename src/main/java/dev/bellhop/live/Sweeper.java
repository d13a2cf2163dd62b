package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.presence.Presence;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks at every connection twice a second: closes who does not log in, does not read or has gone silent, and pings the
 * rest; writes the delivered marks and who is here; gives up subscriptions that nobody needs.
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
    private static final int PRESENCE_SWEEPS = (int) (Presence.LASTS.toMillis() / PERIOD_MILLIS / 3);

    private final Lanes lanes;
    private final Settings settings;
    private final Registry registry;
    private final DeliveredMarks marks;
    private final BoardFeeds boards;
    private final Presence presence;
    private int sweep;
    private ScheduledFuture<?> sweeps;

    @Inject
    Sweeper(Lanes lanes, Settings settings, Registry registry, DeliveredMarks marks, BoardFeeds boards, Presence presence) {
        this.lanes = lanes;
        this.settings = settings;
        this.registry = registry;
        this.marks = marks;
        this.boards = boards;
        this.presence = presence;
    }

    /** Begins to look after connections. */
    public void start() {
        sweeps = lanes.timer().scheduleWithFixedDelay(this::sweep, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try { // why: a task that throws is not run again
            long now = System.nanoTime();
            sweep = (sweep + 1) % PRESENCE_SWEEPS;
            for (UserFeed feed : registry.feeds()) {
                for (Connection connection : feed.connections()) {
                    look(feed, connection, now);
                }
                // why not all at once: so many commands would leave no room for messages
                if (Math.floorMod(feed.user().hashCode(), PRESENCE_SWEEPS) == sweep && feed.connections().length > 0) {
                    writePresence(feed);
                }
            }
            marks.write();
            registry.takeChanged(this::writePresence);
            registry.subscribeAgain(now);
            registry.dropEmpty(now);
            boards.subscribeAgain(now);
            boards.dropEmpty(now);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A sweep over the connections failed; the next is in half a second. Please report this.", e);
        }
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
        marks.write();
        registry.takeChanged(this::writePresence);
    }
}
