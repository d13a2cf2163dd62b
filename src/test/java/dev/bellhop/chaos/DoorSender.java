package dev.bellhop.chaos;

import dev.bellhop.message.Position;
import io.lettuce.core.cluster.SlotHash;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends to users at random through one door. Where it is in doubt whether a message is kept, one with ids repeats it; one without goes on
 * to the next, and does not count it.
 */
final class DoorSender extends Thread {
    private static final int INTERVAL_MILLIS = 60;

    private final String door;
    private final Producer.Door how;
    private final boolean withIds;
    private final double latest;
    private final String run;
    private final List<String> users;
    private final Ledger ledger;
    private final Waits waits;
    private final Random random;
    private final Map<String, Integer> next = new HashMap<>();
    private final Map<String, LongAdder> doubts = new ConcurrentHashMap<>();
    private double lastDue;
    private volatile boolean stopped;

    /**
     * @param latest seconds from now until a message is due, at most; 0: at once
     * @param waits  may be null: its users' waits do not count
     */
    DoorSender(String door, Producer.Door how, boolean withIds, double latest, String run, List<String> users, Ledger ledger, Waits waits, long seed) {
        super("sender-" + door);
        this.door = door;
        this.how = how;
        this.withIds = withIds;
        this.latest = latest;
        this.run = run;
        this.users = users;
        this.ledger = ledger;
        this.waits = waits;
        this.random = new Random(seed);
        setDaemon(true);
    }

    /** Has it end when what it is sending is kept. */
    void finish() {
        stopped = true;
    }

    /** Why it was in doubt, and how often. */
    Map<String, LongAdder> doubts() {
        return doubts;
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                send(users.get(random.nextInt(users.size())));
                Thread.sleep(random.nextInt(2 * INTERVAL_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String user) throws InterruptedException {
        int n = next.merge(user, 1, Integer::sum) - 1;
        String data = "{\"run\":\"" + run + "\",\"door\":\"" + door + "\",\"n\":" + n + "}";
        // why one later than the other: what is due at the same moment has no order
        lastDue = latest == 0 ? 0 : Math.max(lastDue + 0.001, System.currentTimeMillis() / 1e3 + latest * random.nextDouble());
        Producer.Draft draft = new Producer.Draft(user, withIds ? run + '-' + door + '-' + user + '-' + n : null, data, lastDue);
        Ledger.Entry entry = new Ledger.Entry(door, user, n);
        if (waits != null) {
            waits.sent(entry, SlotHash.getSlot(user));
        }
        while (true) {
            try {
                Position position = how.send(draft);
                ledger.acknowledged(entry, position, (long) (lastDue * 1e3));
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                String why = String.valueOf(e.getMessage()).replaceAll("[0-9.:]+", "#");
                doubts.computeIfAbsent(why.length() > 80 ? why.substring(0, 80) : why, key -> new LongAdder()).increment();
                if (!withIds) {
                    return;
                }
                Thread.sleep(50 + random.nextInt(100));
            }
        }
    }
}
