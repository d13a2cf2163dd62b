package dev.bellhop.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.chaos.Producer.Door;
import dev.bellhop.it.ServerNode;
import dev.bellhop.it.WithServers;
import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promise, counted: whatever a publisher has been told is kept is shown on every page of its user once and in order, while
 * nodes and Redis are killed.
 *
 * <p>Redis writes to its disk before it answers ({@code appendfsync always}), so that an answer means that the message is
 * safe; with its default, a second's worth of answers may be lost with the machine.
 *
 * <p>{@code -Dchaos.seconds=600} makes it longer, {@code -Dchaos.seed=…} other. The seed decides who is hit by what and when;
 * how that meets what the servers are doing, nobody does. {@code -Dchaos.partitions=} leaves {@code bellhop.partitions} as it is.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@Tag("wildfly") // long, and what it is about is the same on all servers
class NothingLostChaosIT extends WithServers {

    private static final int SECONDS = Integer.getInteger("chaos.seconds", 35);
    private static final long SEED = Long.getLong("chaos.seed", 20_240_601);
    private static final int PER_SECOND = 25;
    /** How many partitions a node that was killed comes back with, one after another: so nodes that know different numbers run side by side. */
    private static final List<Integer> PARTITIONS = Stream.of(System.getProperty("chaos.partitions", "4,2,1").split(",")).filter(number -> !number.isEmpty()).map(Integer::valueOf).toList();
    private static final String PARTITIONS_SETTING = "bellhop.partitions";

    private final Random random = new Random(SEED);
    private final Ledger ledger = new Ledger();
    private final List<Producer> publishers = new ArrayList<>();
    private final Doors doors = new Doors(redis, first);
    private final List<String> faults = new CopyOnWriteArrayList<>();

    private final Set<ServerNode> changed = new HashSet<>();

    private List<ServerNode> nodes;
    private boolean partitionsChange;
    private int changes;

    @BeforeEach
    void answersAreDurable() {
        nodes = List.of(first, second());
        nodes.forEach(ServerNode::awaitReady);
        redis.fsync("always");
    }

    @AfterEach
    void repair() {
        publishers.forEach(Thread::interrupt);
        doors.close();
        redis.ensureStarted();
        redis.fsync("everysec");
        nodes.forEach(ServerNode::startIfStopped);
        nodes.forEach(ServerNode::awaitReady);
        if (!changed.isEmpty()) { // Redis remembers each number of partitions; the tests that come know of one
            changed.forEach(node -> node.setting(PARTITIONS_SETTING, null));
            nodes.forEach(node -> node.undeploy("bellhop.war"));
            redis.commands().del("{websocket}:partitions", "{websocket}:readers");
            nodes.forEach(node -> node.deploy("bellhop.war"));
            nodes.forEach(ServerNode::awaitReady);
        }
    }

    @Test
    void whatIsAcknowledgedIsShownOnEveryPageOnceAndInOrder() {
        try (Crowd crowd = crowd("all", 500, 100)) {
            publish(crowd, "http", doors.http(crowd, false), 0);
            publish(crowd, "http-later", doors.http(crowd, true), 1.5);
            publish(crowd, "stream", doors.stream(), 0);
            publish(crowd, "zset", doors.zset(), 1.5);
            partitionsChange = !PARTITIONS.isEmpty();
            if (partitionsChange) {
                publish(crowd, "stream-of-its-own", doors.stream(PARTITIONS.get(0)), 0);
                publish(crowd, "zset-of-its-own", doors.zset(PARTITIONS.get(0)), 1.5);
            }
            crowd.letLive();
            Producer stream = publishers.get(2);
            repeat(crowd, 5_000, () -> {
                // why bursts: a reader is slow only if there is more than the sockets' buffers take
                ResumingPage page = crowd.stallOne(4_000);
                stream.burst(page.user(), 120, 50_000);
            });
            repeat(crowd, 4_000, () -> {
                redis.commands().clientKill(KillArgs.Builder.typePubsub());
                faults.add("subscriptions cut");
            });
            List<Runnable> strokes = new ArrayList<>(List.of(() -> killNode(crowd, nodes.get(1)), this::killRedis, this::restartRedis,
                    () -> killNode(crowd, first), () -> killRedisWhileANodeIsDead(crowd)));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            for (int i = 0; i < 3 || System.nanoTime() < end; i++) { // the first three in any case
                sleep(500 + random.nextInt(2_000));
                strokes.get(i % strokes.size()).run();
                if (i % strokes.size() == strokes.size() - 1) {
                    Collections.shuffle(strokes, random);
                }
            }
            finish(crowd);
        }
    }

    @Test
    void whatIsScheduledIsShownOnceAndInOrderWhileTheNodesThatPromoteDie() {
        try (Crowd crowd = crowd("scheduled", 620, 20)) {
            publish(crowd, "zset", doors.zset(), 5);
            publish(crowd, "zset-dense", doors.zset(), 0.01);
            publish(crowd, "http-later", doors.http(crowd, true), 5);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS / 2);
            while (System.nanoTime() < end) {
                for (ServerNode node : nodes) {
                    sleep(500 + random.nextInt(1_000));
                    killNode(crowd, node);
                }
            }
            finish(crowd);
        }
    }

    private Crowd crowd(String what, int from, int users) {
        String run = what + "-" + Long.toString(System.currentTimeMillis(), 36);
        List<String> names = IntStream.range(from, from + users).mapToObj(i -> "guest" + i).toList();
        Crowd crowd = new Crowd(run, names, nodes, random);
        crowd.pages().forEach(ResumingPage::connect);
        await().atMost(Duration.ofSeconds(60)).until(crowd::areAllLoggedIn);
        return crowd;
    }

    private void publish(Crowd crowd, String door, Door how, double latest) {
        Producer publisher = new Producer(door, how, latest, PER_SECOND, crowd, ledger, new Random(SEED + publishers.size()));
        publishers.add(publisher);
        publisher.start();
    }

    // --- the faults; nodes are killed and started on the test's own thread, as Arquillian knows no other

    private void killNode(Crowd crowd, ServerNode node) {
        changePartitions(node);
        node.kill();
        faults.add("node killed");
        sleep(1_000 + random.nextInt(1_500));
        start(crowd, node);
    }

    /** When it starts again. */
    private void changePartitions(ServerNode node) {
        if (partitionsChange) {
            if (!changed.add(node)) {
                node.setting(PARTITIONS_SETTING, null);
            }
            int next = PARTITIONS.get(changes++ % PARTITIONS.size());
            node.setting(PARTITIONS_SETTING, Integer.toString(next));
            faults.add("partitions: " + next);
        }
    }

    private static void start(Crowd crowd, ServerNode node) {
        crowd.without(node, () -> {
            node.startIfStopped();
            node.awaitReady();
        });
    }

    private void killRedis() {
        redis.kill();
        faults.add("Redis killed");
        sleep(200 + random.nextInt(1_500));
        redis.start();
    }

    private void restartRedis() {
        redis.restart();
        faults.add("Redis restarted");
    }

    private void killRedisWhileANodeIsDead(Crowd crowd) {
        ServerNode node = nodes.get(random.nextInt(nodes.size()));
        changePartitions(node);
        node.kill();
        faults.add("node killed");
        sleep(random.nextInt(1_000));
        killRedis();
        start(crowd, node);
    }

    private void repeat(Crowd crowd, int millis, Runnable fault) {
        crowd.later(() -> {
            if (publishers.get(0).isAlive()) {
                try {
                    fault.run();
                } catch (RedisException away) {
                    faults.add("cut in vain: Redis was away");
                }
                repeat(crowd, millis, fault);
            }
        }, millis);
    }

    // --- the end

    private void finish(Crowd crowd) {
        publishers.forEach(Producer::finish);
        Senders.awaitEnd(publishers);
        crowd.calmDown();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> crowd.pages().stream().allMatch(page -> page.shownCount() >= ledger.count(page.user())));
        } catch (ConditionTimeoutException lost) {
            faults.add("waited in vain for the last");
        }
        sleep(1_000); // for what might come twice
        Ledger.Verdict verdict = ledger.judge(crowd.screens());
        int reordered = verdict.outOfOrder().size();
        if (partitionsChange) { // which zset a call writes to then is the node's choice, and between two of them there is no order
            verdict.outOfOrder().removeIf(one -> one.contains("entry=http-later/"));
        }
        int kept = ledger.perDoor().values().stream().mapToInt(Number::intValue).sum();
        System.out.println("chaos " + crowd.run() + ", seed " + SEED + ": kept " + kept + " " + ledger.perDoor() + ", shown " + crowd.counts.shown + " of " + 2 * kept
                + "; lost " + verdict.lost().size() + ", repeated " + verdict.repeated().size() + ", out of order " + verdict.outOfOrder().size()
                + " (and by push_at, while the number of partitions changed, " + (reordered - verdict.outOfOrder().size()) + ')'
                + ", early " + verdict.early().size() + "; " + crowd.counts
                + "; calls in doubt " + publishers.stream().collect(Collectors.toMap(Thread::getName, publisher -> publisher.doubts() + " " + publisher.reasons()))
                + "; " + faults.stream().collect(Collectors.groupingBy(fault -> fault, java.util.TreeMap::new, Collectors.counting())));
        if (crowd.failure() != null) {
            throw new AssertionError("the test is wrong", crowd.failure());
        }
        assertThat(verdict).as(() -> explain(verdict, crowd)).matches(Ledger.Verdict::isGood);
    }

    /** Enough to find out why: what is wrong, where it lies in the inbox, and what the page went through. */
    private String explain(Ledger.Verdict verdict, Crowd crowd) {
        StringBuilder all = new StringBuilder("seed " + SEED);
        Map<String, List<String>> problems = new java.util.LinkedHashMap<>();
        problems.put("lost", verdict.lost());
        problems.put("repeated", verdict.repeated());
        problems.put("out of order", verdict.outOfOrder());
        problems.put("early", verdict.early());
        problems.put("elsewhere", verdict.elsewhere());
        problems.put("unknown", verdict.unknown());
        problems.forEach((name, list) -> list.stream().limit(20).forEach(one -> all.append('\n').append(name).append(": ").append(one)));
        crowd.pages().stream().filter(page -> problems.values().stream().flatMap(List::stream).anyMatch(one -> one.startsWith(page + " "))).limit(3)
                .forEach(page -> {
                    all.append('\n').append(page).append(":\n  ").append(String.join("\n  ", page.diary()));
                    all.append("\n  shown ").append(page.screen().shown().stream().map(shown -> shown.position() + "=" + shown.entry().door() + "#" + shown.entry().n()).toList());
                    all.append("\n  inbox ").append(inbox(page.user()));
                });
        return all.toString();
    }

    private List<String> inbox(String user) {
        return redis.commands().xrange("bellhop:{" + user + "}:inbox", Range.unbounded()).stream()
                .map(message -> message.getId() + "=" + message.getBody().get("frame").replaceAll("\"padding\":\"x*\"", "")).toList();
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
