package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import jakarta.inject.Inject;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides when a user's inbox may be read: at most {@link #MOST} readings are under way on this node, and the users take turns.
 *
 * <p>Why: after a cut every user is read at once. Without a limit the answers would fill the memory, and Redis would be slow for
 * everything else. A user waits here once at most, so the queue is no longer than this node has users, and no user with many
 * connections holds up the others.
 *
 * <p>Thread-safe; never blocks.
 */
@SingleInstance
class Readings {
    /** How many may be under way. Redis runs them one by one: more would only wait there. */
    static final int MOST = 64;

    private final Inbox inbox;
    private final Lanes lanes;
    private final Metrics.Count begun;
    private final Metrics.Count failures;
    private final Metrics.Count replayed;
    private final Metrics.Count gaps;
    private final AtomicInteger calls = new AtomicInteger();

    // guarded by this
    private final Queue<Replay> waiting = new ArrayDeque<>();
    private int underWay;

    @Inject
    Readings(Inbox inbox, Lanes lanes, Metrics metrics) {
        this.inbox = inbox;
        this.lanes = lanes;
        failures = metrics.counter("reading_failures", "Inbox readings that failed and are tried again");
        replayed = metrics.counter("replayed", "Messages sent from the inbox to pages that had missed them");
        gaps = metrics.counter("gaps", "Position gaps that triggered a replay");
        begun = metrics.counter("readings", "Inboxes read for pages that logged in or missed something");
        metrics.gauge("readings_under_way", "Readings of an inbox that Redis has not answered or whose messages are being queued; at most " + MOST,
                this::underWay);
        metrics.gauge("readings_waiting", "Users who wait until their inbox is read", this::waiting);
    }

    Replay replay(UserFeed feed) {
        return new Replay(feed, inbox, lanes, this);
    }

    private synchronized int underWay() {
        return underWay;
    }

    private synchronized int waiting() {
        return waiting.size();
    }

    /** Asks for a turn. Each turn ends with {@link #ended} or with {@link Replay#begin} returning false; until then it is not asked for again. */
    void ask(Replay replay) {
        synchronized (this) {
            waiting.add(replay);
        }
        next();
    }

    void gaps(int connections) {
        gaps.add(connections);
    }

    void replayed(int messages) {
        replayed.add(messages);
    }

    /** A reading has ended without an answer. */
    void failed() {
        failures.add();
        ended();
    }

    /** A reading has ended, well or not. */
    void ended() {
        synchronized (this) {
            underWay--;
        }
        next();
    }

    // why one thread at a time: a reading may end while it begins, and thousands that fail at once would fill the stack
    private void next() {
        if (calls.getAndIncrement() > 0) {
            return; // the thread that is here looks again
        }
        int seen = 1;
        do {
            for (Replay replay = take(); replay != null; replay = take()) {
                if (replay.begin()) {
                    begun.add();
                } else {
                    synchronized (this) {
                        underWay--;
                    }
                }
            }
            seen = calls.addAndGet(-seen);
        } while (seen > 0);
    }

    private synchronized Replay take() {
        Replay replay = underWay < MOST ? waiting.poll() : null;
        underWay += replay == null ? 0 : 1;
        return replay;
    }
}
