package dev.bellhop.chaos;

import dev.bellhop.message.Position;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends to users at random through one door, one message after another. A call that fails leaves it in doubt whether the
 * message was kept, so it repeats the call, with the same id, until it is told so.
 */
public final class Producer extends Thread {

    /** One of the ways into Bellhop. */
    public interface Door {

        /**
         * @return where the message is kept, if the door tells, or null
         * @throws Exception if it is in doubt whether the message is kept
         */
        Position send(Draft draft) throws Exception;
    }

    /**
     * A message to send.
     *
     * @param id  the idempotency id
     * @param due seconds since 1970
     */
    public record Draft(String user, String id, String data, double due) {

        String json(String more) {
            return "{\"msg_type\":\"" + Crowd.MSG_TYPE + "\",\"to_user_id\":\"" + user + "\",\"id\":\"" + id + "\"" + more + ",\"data\":" + data + "}";
        }
    }

    private record Burst(String user, int count, int bytes) {}

    private static final int MOST_AT_ONCE = 4;
    /** One in so many is sent once more, as if its answer had got lost. */
    private static final int REPEATED = 10;

    private final String door;
    private final Door how;
    private final double latest;
    private final int intervalMillis;
    private final String run;
    private final List<String> users;
    private final Ledger ledger;
    private final Random random;
    private final LongAdder doubts = new LongAdder();
    private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();
    private final Map<String, Integer> next = new ConcurrentHashMap<>();
    private final Queue<Burst> bursts = new ConcurrentLinkedQueue<>();
    private double lastDue;
    private volatile boolean stopped;

    /** @param latest seconds from now until a message is due, at most; 0 for a door that sends at once */
    public Producer(String door, Door how, double latest, int perSecond, Crowd crowd, Ledger ledger, Random random) {
        super("publisher-" + door);
        this.door = door;
        this.how = how;
        this.latest = latest;
        this.intervalMillis = 1_000 * (1 + MOST_AT_ONCE) / 2 / perSecond;
        this.run = crowd.run();
        this.users = crowd.users();
        this.ledger = ledger;
        this.random = random;
    }

    /** Has it send that many large messages in a row. */
    void burst(String user, int count, int bytes) {
        bursts.add(new Burst(user, count, bytes));
    }

    /** Has it end when what it is sending is kept. */
    public void finish() {
        stopped = true;
    }

    /** Why calls failed, and how often. */
    public Map<String, LongAdder> reasons() {
        return reasons;
    }

    public long doubts() {
        return doubts.sum();
    }

    @Override
    public void run() {
        while (!stopped) {
            Burst burst = bursts.poll();
            if (burst == null) {
                burst = new Burst(users.get(random.nextInt(users.size())), 1 + random.nextInt(MOST_AT_ONCE), 0);
            }
            for (int i = 0; i < burst.count(); i++) {
                publish(burst.user(), burst.bytes());
            }
            pause(intervalMillis);
        }
    }

    private void publish(String user, int bytes) {
        int n = next.merge(user, 1, Integer::sum) - 1;
        String data = "{\"run\":\"" + run + "\",\"door\":\"" + door + "\",\"n\":" + n
                + (bytes == 0 ? "" : ",\"padding\":\"" + "x".repeat(bytes) + "\"") + "}";
        // why one later than the other: what is due at the same moment has no order
        lastDue = latest == 0 ? 0 : Math.max(lastDue + 0.001, System.currentTimeMillis() / 1e3 + latest * random.nextDouble());
        Draft draft = new Draft(user, run + "-" + door + "-" + user + "-" + n, data, lastDue);
        while (true) {
            try {
                do {
                    ledger.acknowledged(new Ledger.Entry(door, user, n), how.send(draft), (long) (lastDue * 1e3));
                } while (random.nextInt(REPEATED) == 0);
                return;
            } catch (Exception e) {
                doubts.increment();
                reasons.computeIfAbsent(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), reason -> new LongAdder()).increment();
                if (!pause(50 + random.nextInt(100))) {
                    return;
                }
            }
        }
    }

    private static boolean pause(int millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
