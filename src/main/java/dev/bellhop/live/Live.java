package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Redis;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.websocket.Session;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What connections and feeds share: how one opens and closes, where longer work runs, and what is counted. */
@ApplicationScoped
class Live {
    private static final System.Logger LOG = System.getLogger(Live.class.getName());

    /** How long a page may take to answer a close. */
    private static final long CUT_MILLIS = 5_000;

    /** How young a connection is too young to be closed: on Payara the handshake goes on for a moment after the WebSocket has opened. */
    private static final long SETTLE_MILLIS = 50;

    @Resource
    private ManagedExecutorService executor;

    private final Settings settings;
    private final Inbox inbox;
    private final Redis redis;
    private final Registry registry;
    private final Metrics metrics;
    private final String node;
    private final AtomicLong opened = new AtomicLong();

    private final Metrics.Count delivered;
    private final Metrics.Count replayed;
    private final Metrics.Count gaps;
    private final Metrics.Count slowConsumers;
    private final Metrics.Count sendFailures;
    private final Metrics.Count connectionsOpened;

    private final AtomicBoolean draining = new AtomicBoolean();

    Live() { // for the container's proxy
        this(null, null, null, null, new Node(), new Metrics());
    }

    @Inject
    Live(Settings settings, Inbox inbox, Redis redis, Registry registry, Node node, Metrics metrics) {
        this.settings = settings;
        this.inbox = inbox;
        this.redis = redis;
        this.registry = registry;
        this.metrics = metrics;
        this.node = node.name();
        delivered = metrics.counter("frames_sent", "Frames sent to pages");
        replayed = metrics.counter("replayed", "Messages sent from the inbox to pages that had missed them");
        gaps = metrics.counter("gaps", "Times that a connection's next position was not the next announced, so that it was replayed");
        slowConsumers = metrics.counter("slow_consumers", "Connections closed since their outbox was full or a send took too long");
        sendFailures = metrics.counter("send_failures", "Sends that failed: the connection was gone");
        connectionsOpened = metrics.counter("connections_opened", "Connections opened");
        metrics.gauge("connections", "Open connections", () -> registry == null ? 0 : registry.connections());
        metrics.gauge("users", "Users with an open connection", () -> registry == null ? 0 : registry.users());
        metrics.gauge("outbox_waiting", "Frames that wait for connections whose page reads slowly", () -> registry == null ? 0 : registry.waiting());
    }

    /**
     * A WebSocket has opened.
     *
     * @return its connection; null if it was closed at once
     */
    Connection open(Session session, Login login) {
        if (login == null || draining.get()) {
            close(session, login == null ? CloseCode.LOGIN_ENDED : CloseCode.GOING_AWAY, SETTLE_MILLIS);
            return null;
        }
        Connection connection = new Connection(node + '/' + opened.incrementAndGet(), session, login, this);
        connectionsOpened.add();
        UserFeed feed = registry.add(connection, this);
        Connection[] all = feed.connections();
        if (all.length > settings.maxConnections()) {
            all[0].close(CloseCode.TOO_MANY_CONNECTIONS);
        }
        if (!login.stands()) { // logged out since the handshake: whoever announced it did not know of this connection yet
            connection.close(CloseCode.LOGIN_ENDED);
        }
        return connection;
    }

    /** A connection of ours is to close. */
    void closed(Connection connection, CloseCode code) {
        registry.remove(connection);
        metrics.counter("connections_closed", "Connections closed by Bellhop", "code", Integer.toString(code.code())).add();
        long ageMillis = (System.nanoTime() - connection.openedNanos()) / 1_000_000;
        close(connection.session(), code, SETTLE_MILLIS - ageMillis);
    }

    /** The server says that a connection has ended. */
    void ended(Connection connection) {
        registry.remove(connection);
        UserFeed feed = connection.feed();
        if (feed != null && feed.connections().length == 0) {
            noteDelivered(feed);
        }
    }

    private void close(Session session, CloseCode code, long afterMillis) {
        Runnable close = () -> {
            ClassLoader own = ServerCalls.enter(session);
            try {
                session.close(code.reason());
                // why: to a page that does not read, the close frame never gets out, and its socket would stay open as long
                // as the page likes; this has the server cut it. Why not before: Payara may take it for a time-out that has passed
                session.setMaxIdleTimeout(CUT_MILLIS);
            } catch (IOException | RuntimeException gone) {
                LOG.log(System.Logger.Level.DEBUG, "closing a connection: {0}", gone.toString());
            } finally {
                ServerCalls.leave(own);
            }
        };
        if (afterMillis > 0) {
            later(close, afterMillis);
        } else {
            execute(close);
        }
    }

    /** Writes down how far the user's pages have been sent. */
    void noteDelivered(UserFeed feed) {
        dev.bellhop.message.Position sent = feed.takeSent();
        if (sent != null) {
            inbox.markDelivered(feed.user(), sent).whenComplete((ok, failure) -> {
                if (failure != null) {
                    feed.sentNotNoted();
                }
            });
        }
    }

    /**
     * No more connections: the node is going away.
     *
     * @return false if that was known
     */
    boolean drain() {
        return draining.compareAndSet(false, true);
    }

    boolean isDraining() {
        return draining.get();
    }

    /** Runs a task on the server's executor; here and now if that takes no more. */
    void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException full) {
            task.run();
        }
    }

    /** Runs a task on the server's executor after a while; dropped once stopped. */
    void later(Runnable task, long millis) {
        redis.later(() -> execute(task), millis);
    }

    Settings settings() {
        return settings;
    }

    Inbox inbox() {
        return inbox;
    }

    Registry registry() {
        return registry;
    }

    Metrics.Count delivered() {
        return delivered;
    }

    Metrics.Count replayed() {
        return replayed;
    }

    Metrics.Count gaps() {
        return gaps;
    }

    Metrics.Count slowConsumers() {
        return slowConsumers;
    }

    Metrics.Count sendFailures() {
        return sendFailures;
    }
}
