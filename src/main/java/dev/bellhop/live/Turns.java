package dev.bellhop.live;

import dev.bellhop.lane.Lanes;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Has users take in messages for many, in turns: at most {@link #MOST} at a time. A turn lasts until the frames have left for the
 * user's pages here, for a second at most.
 *
 * <p>Why until then: Redis numbers messages faster than pages are sent them. If a turn ended with the answer of Redis, the frames for
 * thousands of pages would wait in the queues of the server, and a message for one user would wait behind all of them.
 *
 * <p>Thread-safe, never blocks. Holds each user once, so it holds no more than there are users here.
 */
final class Turns {
    /** How many users have their turn at a time. */
    static final int MOST = 16;
    private static final long LONGEST_MILLIS = 1_000;

    private final Lanes lanes;
    private final BiConsumer<UserBoards, Throwable> failed;

    // guarded by waiting
    private final Set<UserBoards> waiting = new LinkedHashSet<>();
    private int underWay;

    /** @param failed is told when a user could not take in what is new */
    Turns(Lanes lanes, BiConsumer<UserBoards, Throwable> failed) {
        this.lanes = lanes;
        this.failed = failed;
    }

    /** How many users wait for their turn. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /** Has a user take in what is new, when their turn comes. */
    void ask(UserBoards reader) {
        synchronized (waiting) {
            waiting.add(reader);
        }
        next();
    }

    private void next() {
        while (true) {
            UserBoards reader;
            synchronized (waiting) {
                if (underWay >= MOST || waiting.isEmpty()) {
                    return;
                }
                reader = waiting.iterator().next();
                waiting.remove(reader);
                underWay++;
            }
            // why another thread: many end at once, each beginning the next, and would fill the stack
            lanes.insist(lanes.pages(), () -> reader.takeIn(false).whenComplete((any, failure) -> {
                if (failure == null) {
                    endWhenSent(reader);
                } else {
                    end();
                    failed.accept(reader, failure);
                }
            }));
        }
    }

    private void endWhenSent(UserBoards reader) {
        AtomicBoolean ended = new AtomicBoolean();
        Runnable once = () -> {
            if (ended.compareAndSet(false, true)) {
                end();
            }
        };
        Future<?> latest;
        try {
            latest = lanes.timer().schedule(once, LONGEST_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            return;
        }
        reader.whenSent(() -> {
            latest.cancel(false);
            once.run();
        });
    }

    private void end() {
        synchronized (waiting) {
            underWay--;
        }
        next();
    }
}
