package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;

/**
 * How many handshakes without an HTTP session a user may still make on this node: at once ten times as many as connections, and as many
 * again within fifty seconds. So all pages of a user can come back after a restart, by either transport.
 *
 * <p>Why: each is a new HTTP session, which the server holds for minutes; the limit of connections does not count those that have ended.
 *
 * <p>Thread-safe, never blocks.
 */
@SingleInstance
class Handshakes {
    private static final int LEAST = 500;
    private static final int FILLED_SECONDS = 50;
    private static final long FILLED_NANOS = TimeUnit.SECONDS.toNanos(FILLED_SECONDS);
    /** Of how many users it is counted at a time. Those who come when there are so many are let in uncounted: a user's flood is not of many users. */
    static final int MOST_USERS = 100_000;

    private final int burst;
    private final RecentUsers<Allowance> users;

    @Inject
    Handshakes(Settings settings) {
        this(settings.maxConnections(), System.nanoTime());
    }

    Handshakes(int maxConnections, long now) {
        burst = Math.max(LEAST, (int) Math.min(Integer.MAX_VALUE, 10L * maxConnections));
        users = new RecentUsers<>(FILLED_NANOS, whole -> true, now); // why then: the allowance is whole again
    }

    /**
     * A user makes one, without an HTTP session.
     *
     * @param now {@link System#nanoTime}
     * @return false if it is to be refused
     */
    boolean take(String user, long now) {
        users.tidy(now);
        if (users.size() >= MOST_USERS && !users.knows(user)) {
            return true;
        }
        return users.of(user, now, () -> new Allowance(burst / FILLED_SECONDS, burst, now)).take(now);
    }

    int users() {
        return users.size();
    }
}
