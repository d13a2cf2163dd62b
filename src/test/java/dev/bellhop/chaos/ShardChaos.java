package dev.bellhop.chaos;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/** Users whose pages come and go on two nodes, and senders through all doors, while somebody else breaks what is behind them. */
final class ShardChaos implements AutoCloseable {
    private static final int USERS = 60;
    private static final int BLINK_MILLIS = 5_000;
    private static final long SEED = Long.getLong("chaos.seed", 20_240_601);

    private final String run;
    private final List<String> users = IntStream.range(0, USERS).mapToObj(i -> "guest" + i).toList();
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final List<BlinkingPage> pages = new ArrayList<>();
    private final List<DoorSender> senders = new ArrayList<>();
    private final Ledger ledger = new Ledger();
    private final Waits waits = new Waits();
    private final AtomicInteger published = new AtomicInteger();
    private final Random random = new Random(SEED);
    private volatile boolean calm;

    /** @param masters see {@link ReplicatedDoors}, also for the replicas */
    ShardChaos(String run, List<TestNode> nodes, int replicas, IntFunction<RedisCommands<String, String>> masters) {
        this.run = run;
        nodes.forEach(node -> node.awaitRedis().withPages().withIngest().withPromotion());
        for (String user : users) {
            for (int i = 0; i < 2; i++) {
                BlinkingPage page = new BlinkingPage(run, nodes, i, user, threads, waits);
                pages.add(page);
                page.connect();
                threads.scheduleWithFixedDelay(() -> blink(page), 1_000 + random.nextInt(BLINK_MILLIS), BLINK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
        threads.scheduleWithFixedDelay(() -> pages.forEach(BlinkingPage::look), 200, 200, TimeUnit.MILLISECONDS);
        await().atMost(Duration.ofSeconds(60)).until(() -> pages.stream().allMatch(BlinkingPage::isLoggedIn));
        ReplicatedDoors doors = new ReplicatedDoors(nodes, replicas, masters);
        for (int i = 0; i < 3; i++) { // several: one waits while it is in doubt, and then says nothing of the other shards
            List<String> third = users.subList(i * USERS / 3, (i + 1) * USERS / 3);
            send("api" + i, doors.api(), true, 0, third, waits);
        }
        send("api-without", doors.api(), false, 0, users, waits);
        send("api-later", doors.apiLater(), true, 2, users, null);
        send("stream", doors.stream(), true, 0, users, null);
        send("stream-without", doors.stream(), false, 0, users, null);
        send("zset", doors.zset(), true, 2, users, null);
        threads.scheduleWithFixedDelay(() -> passing(masters), 500, 100, TimeUnit.MILLISECONDS);
    }

    private void send(String door, Producer.Door how, boolean withIds, double latest, List<String> to, Waits measured) {
        DoorSender sender = new DoorSender(door, how, withIds, latest, run, to, ledger, measured, SEED + senders.size());
        senders.add(sender);
        sender.start();
    }

    /** What is not kept; who is away, or cut off, misses it. */
    private void passing(IntFunction<RedisCommands<String, String>> masters) {
        if (!calm) {
            try {
                masters.apply(0).publish(RedisServer.CHANNEL, message(Crowd.MSG_TYPE, to(users.get(random.nextInt(USERS))), data("{}")));
                published.incrementAndGet();
            } catch (RuntimeException away) {
                return;
            }
        }
    }

    private void blink(BlinkingPage page) {
        if (!calm) {
            page.blink();
        }
    }

    List<String> users() {
        return users;
    }

    Waits waits() {
        return waits;
    }

    Collection<Ledger.Screen> screens() {
        return pages.stream().map(BlinkingPage::screen).toList();
    }

    void rest(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until all that is kept is shown; judges, and prints what was counted. */
    void finish() throws InterruptedException {
        senders.forEach(DoorSender::finish);
        Senders.awaitEnd(senders);
        calm = true;
        Map<String, Set<Ledger.Entry>> all = ledger.byUser();
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> pages.stream().allMatch(page -> page.hasShown(all.getOrDefault(page.user(), Set.of()))));
        } catch (ConditionTimeoutException lost) {
            System.out.println("chaos " + run + ": waited in vain for the last");
        }
        rest(1_000); // for what might come twice
        Ledger.Verdict verdict = ledger.judge(screens());
        verdict.unknown().removeIf(one -> one.contains("-without")); // it was in doubt, and was kept
        List<String> again = ledger.shownAgain(screens());
        verdict.repeated().removeAll(again);
        verdict.elsewhere().removeAll(again);
        int kept = all.values().stream().mapToInt(Set::size).sum();
        StringBuilder doubts = new StringBuilder();
        senders.forEach(sender -> doubts.append("\n  ").append(sender.getName()).append(' ').append(sender.doubts()));
        System.out.println("chaos " + run + ": acknowledged and replicated " + kept + ' ' + ledger.perDoor() + "; lost " + verdict.lost().size() + ", repeated " + verdict.repeated().size()
                + ", out of order " + verdict.outOfOrder().size() + ", early " + verdict.early().size() + ", shown again since a failover had lost it " + again.size() / 2 + "; not kept: " + published + " published, "
                + pages.stream().mapToInt(BlinkingPage::passing).sum() + " shown on two pages each; in doubt:" + doubts + "\n waits:" + waits.report(screens()));
        assertThat(verdict).as(verdict::toString).matches(Ledger.Verdict::isGood);
    }

    @Override
    public void close() {
        calm = true;
        senders.forEach(Thread::interrupt);
        threads.shutdownNow();
    }
}
