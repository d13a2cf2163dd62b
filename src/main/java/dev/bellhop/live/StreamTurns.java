package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import jakarta.inject.Inject;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets the streams of one user hold only some threads of the lane for streams: where a write blocks, a user whose pages do not read
 * holds up the own pages and nobody else's.
 *
 * <p>Thread-safe, never blocks.
 */
@SingleInstance
class StreamTurns {
    /** How many threads one user's streams may hold. */
    static final int MOST = 8;

    private final Lanes lanes;
    private final Map<String, OfUser> users = new ConcurrentHashMap<>();

    /** Of one user. All fields are guarded by the entry of the map. */
    private static final class OfUser {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private int running;
    }

    @Inject
    StreamTurns(Lanes lanes) {
        this.lanes = lanes;
    }

    /** Has the lane for streams run a task, when it is the user's turn. */
    void run(String user, Runnable task) {
        boolean[] now = {false};
        users.compute(user, (name, known) -> {
            OfUser turns = known == null ? new OfUser() : known;
            now[0] = turns.running < MOST;
            if (now[0]) {
                turns.running++;
            } else {
                turns.waiting.add(task);
            }
            return turns;
        });
        if (now[0]) {
            begin(user, task);
        }
    }

    private void begin(String user, Runnable task) {
        lanes.insist(lanes.streams(), () -> {
            try {
                task.run();
            } finally {
                ended(user);
            }
        });
    }

    private void ended(String user) {
        Runnable[] next = {null};
        users.compute(user, (name, turns) -> {
            next[0] = turns.waiting.poll();
            if (next[0] == null) {
                turns.running--;
            }
            return turns.running == 0 ? null : turns;
        });
        if (next[0] != null) {
            begin(user, next[0]);
        }
    }

    /** How many users have a task that runs or waits. */
    int users() {
        return users.size();
    }
}
