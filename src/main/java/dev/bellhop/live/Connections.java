package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lane;
import dev.bellhop.lane.Lanes;
import dev.bellhop.login.Login;
import dev.bellhop.message.Json;
import dev.bellhop.metric.Metrics;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens and closes connections.
 *
 * <p>Thread-safe; no call waits but {@link #drain}.
 */
@SingleInstance
public class Connections {
    private static final System.Logger LOG = System.getLogger(Connections.class.getName());

    private static final int BATCH = 200;
    private static final long BATCH_PAUSE_MILLIS = 20;
    private static final long MOST_MILLIS = 5_000;

    /** How young a connection is too young to be closed: on Payara the handshake goes on for a moment after the WebSocket has opened. */
    private static final long SETTLE_MILLIS = 50;

    /** A page that has not taken a frame for this long may hold up its own closing. */
    private static final long SLOW_NANOS = 1_000_000_000;

    private final Lanes lanes;
    private final Settings settings;
    private final Registry registry;
    private final DeliveredMarks marks;
    private final Metrics metrics;
    private final String node;
    private final AtomicLong opened = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();

    private final Metrics.Count connectionsOpened;
    private final Metrics.Count framesSent;
    private final Metrics.Count slowConsumers;
    private final Metrics.Count sendFailures;

    @Inject
    Connections(Lanes lanes, Settings settings, Registry registry, DeliveredMarks marks, Node node, Metrics metrics) {
        this.lanes = lanes;
        this.settings = settings;
        this.registry = registry;
        this.marks = marks;
        this.metrics = metrics;
        this.node = node.name();
        connectionsOpened = metrics.counter("connections_opened", "Connections opened");
        framesSent = metrics.counter("frames_sent", "Frames sent to pages");
        slowConsumers = metrics.counter("slow_consumers",
                "Connections closed because their page reads too slowly: the outbox was full, a send took 30 seconds, or frames waited a minute");
        sendFailures = metrics.counter("send_failures", "Sends that failed: the connection was gone");
    }

    // --- opening

    /**
     * A page has opened a connection.
     *
     * @return its connection; null if it was closed at once
     */
    Connection open(Transport transport, Login login) {
        if (login == null || draining.get()) {
            close(lanes.closing(), transport, login == null ? CloseCode.LOGIN_ENDED : CloseCode.GOING_AWAY, SETTLE_MILLIS);
            return null;
        }
        Connection connection = new Connection(node, opened.incrementAndGet(), transport, login, settings, lanes, this);
        connectionsOpened.add();
        LOG.log(System.Logger.Level.DEBUG, () -> "Connection " + connection.id() + " of user " + Json.quote(login.userId()) + " is open");
        UserFeed feed = registry.add(connection);
        Connection[] all = feed.connections();
        // why not those: their pages are just coming by another one, which is to throw out nobody
        if (all.length > settings.maxConnections() && Arrays.stream(all).filter(each -> !each.isChecked()).count() > settings.maxConnections()) {
            all[0].close(CloseCode.TOO_MANY_CONNECTIONS);
        }
        if (!login.stands()) { // logged out since the handshake: whoever announced it did not know of this connection yet
            connection.close(CloseCode.LOGIN_ENDED);
        }
        return connection;
    }

    // --- what a connection tells

    void frameSent() {
        framesSent.add();
    }

    void isSlow() {
        slowConsumers.add();
    }

    void sendFailed() {
        sendFailures.add();
    }

    /** A connection takes no more frames: the page is to be told, and the server. */
    void closed(Connection connection, CloseCode code) {
        registry.remove(connection);
        LOG.log(System.Logger.Level.DEBUG, () -> "Connection " + connection.id() + " is closed with " + code);
        metrics.counter("connections_closed", "Connections closed by Bellhop", "code", Integer.toString(code.code())).add();
        long now = System.nanoTime();
        boolean reads = connection.outbox().stalledNanos(now) < SLOW_NANOS;
        close(reads ? lanes.closing() : lanes.stalled(), connection.transport(), code, SETTLE_MILLIS - (now - connection.openedNanos()) / 1_000_000);
    }

    /** The server says that a connection has ended. */
    void ended(Connection connection) {
        registry.remove(connection);
        LOG.log(System.Logger.Level.DEBUG, () -> "Connection " + connection.id() + " has ended");
        UserFeed feed = connection.feed();
        if (feed != null && feed.connections().length == 0) {
            marks.write(feed.delivered());
        }
    }

    /** Only has it closed: the caller may hold a lock, and some servers take seconds for a page that does not read. */
    private void close(Lane lane, Transport transport, CloseCode code, long afterMillis) {
        Runnable close = () -> {
            ClassLoader own = ServerCalls.enter(transport.server());
            try {
                transport.close(code);
            } catch (IOException | RuntimeException gone) {
                LOG.log(System.Logger.Level.DEBUG, "closing a connection: {0}", gone.toString());
            } finally {
                ServerCalls.leave(own);
            }
        };
        if (afterMillis > 0) {
            lanes.later(lane, close, afterMillis);
        } else {
            lanes.insist(lane, close);
        }
    }

    // --- the node goes away

    boolean areDraining() {
        return draining.get();
    }

    /**
     * Closes every connection with 1001, in batches so that the pages do not all come to the other nodes at the same moment.
     * Blocks until they are closed, for five seconds at most. Done once: calling it again changes nothing.
     */
    public void drain() {
        if (!draining.compareAndSet(false, true)) {
            return;
        }
        List<Connection> all = new ArrayList<>();
        registry.feeds().forEach(feed -> all.addAll(List.of(feed.connections())));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
        try {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).close(CloseCode.GOING_AWAY);
                if (i % BATCH == BATCH - 1 && System.nanoTime() < end) {
                    Thread.sleep(BATCH_PAUSE_MILLIS);
                }
            }
            while (all.stream().anyMatch(connection -> connection.transport().isOpen()) && System.nanoTime() < end) {
                Thread.sleep(BATCH_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
