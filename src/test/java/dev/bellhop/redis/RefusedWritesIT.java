package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.bellhop.intake.Intake;
import dev.bellhop.it.LogLines;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Address;
import dev.bellhop.message.Message;
import dev.bellhop.schedule.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Redis answers and refuses to write, while messages come in by every door: it has no more memory, it cannot save to its disk, it has become
 * a replica. What was accepted arrives, once and in each door's order; Bellhop goes on by itself, and the log is not filled.
 */
class RefusedWritesIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration REFUSED = Duration.ofSeconds(5);
    private static final Pattern DATA = Pattern.compile("\"data\":\\{\"door\":\"(\\w+)\",\"n\":(\\d+)}");

    private final RedisServer redis = RedisServer.create();
    private final TestNode node = TestNode.start(redis.uri(), "bellhop.roles=clerk").awaitRedis().withPages().withIngest().withPromotion();
    private final Intake intake = new Intake(node.inbox(), node.boards(), new Schedule(node.redis(), node.partitions(), node.promotion()));
    private final LogLines lines = LogLines.open();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<String, List<Integer>> accepted = new TreeMap<>();
    private final Map<String, Integer> refused = new TreeMap<>();

    @AfterEach
    void stop() {
        lines.close();
        node.close();
        redis.close();
    }

    @Test
    void withoutMemory() {
        outage(() -> redis.commands().configSet("maxmemory", "1"), "OOM", () -> redis.commands().configSet("maxmemory", "0"));
    }

    @Test
    void asAReplicaOfAMasterThatIsAway() {
        outage(() -> redis.commands().replicaof("127.0.0.1", 1), "READONLY", () -> redis.commands().replicaofNoOne());
    }

    @Test
    void withoutADisk() throws IOException {
        Path inTheWay = Path.of(redis.commands().configGet("dir").get("dir"), redis.commands().configGet("dbfilename").get("dbfilename"));
        Files.deleteIfExists(inTheWay);
        outage(() -> {
            assertThatCode(() -> Files.createDirectory(inTheWay)).doesNotThrowAnyException();
            redis.commands().configSet("save", "3600 1");
            save("err");
        }, "MISCONF", () -> {
            assertThatCode(() -> Files.delete(inTheWay)).doesNotThrowAnyException();
            save("ok");
        });
    }

    @Test
    void withoutAReplicaThatItMustHave() {
        outage(() -> redis.commands().configSet("min-replicas-to-write", "1"), "NOREPLICAS", () -> redis.commands().configSet("min-replicas-to-write", "0"));
    }

    private void save(String status) {
        await().atMost(SOON).ignoreExceptions().until(() -> redis.commands().bgsave() != null); // why: one may be under way
        await().atMost(SOON).until(() -> redis.commands().info("persistence").contains("rdb_last_bgsave_status:" + status));
    }

    private void outage(Runnable begin, String word, Runnable end) {
        node.groups().add("g", "u").join();
        TestPage page = node.open("u", "clerk").login(null);
        await().atMost(SOON).until(() -> page.frames().stream().anyMatch(frame -> frame.contains("\"login\"")));
        List<CompletableFuture<?>> doors = List.of(
                door("post", n -> intake.keep(new Message("n", "u", data("post", n), "post" + n, 0)).join()),
                door("due", n -> intake.schedule(new Message("n", "u", data("due", n), "due" + n, 0), Instant.now()).join()),
                door("group", n -> intake.keep(new Message("n", Address.group("g"), data("group", n), null, 0, 0)).join()),
                door("stream", n -> redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":" + data("stream", n) + "}")),
                door("everybody", n -> redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"*\",\"data\":" + data("everybody", n) + "}")),
                door("role", n -> redis.add("{\"msg_type\":\"n\",\"to_role\":\"clerk\",\"data\":" + data("role", n) + "}")),
                door("zset", n -> redis.schedule(redis.time(), "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":" + data("zset", n) + "}")));
        awaitCount(accepted.keySet().size(), 20);
        lines.clear();
        begin.run();
        long from = System.nanoTime();
        await().atMost(SOON).until(() -> count(refused) == doors.size());
        redis.publish("{\"msg_type\":\"passing\",\"to_user_id\":\"u\"}");
        await().atMost(SOON).until(() -> page.frames().stream().anyMatch(frame -> frame.contains("passing")));
        await().atMost(SOON).until(() -> System.nanoTime() - from > REFUSED.toNanos());
        TestPage late = node.open("u", "clerk").login(null);
        await().atMost(SOON).until(() -> late.frames().stream().anyMatch(frame -> frame.contains("\"login\"")));
        redis.publish("{\"msg_type\":\"later\",\"to_user_id\":\"u\"}");
        await().atMost(SOON).until(() -> late.frames().stream().anyMatch(frame -> frame.contains("later")));
        List<String> told = lines.all();
        assertThat(node.metrics().snapshot()).containsEntry("redis_refuses_writes", 1L).containsEntry("redis_up", 1L);
        end.run();
        int before = least();
        awaitCount(doors.size(), before + 20);
        over.set(true);
        CompletableFuture.allOf(doors.toArray(CompletableFuture[]::new)).join();
        await().atMost(SOON).untilAsserted(() -> assertThat(shown(page)).as("what the page was shown").isEqualTo(accepted));
        assertThat(told).as("lines in the log in %s", REFUSED).anyMatch(line -> line.startsWith("Redis refuses to write: " + word)).hasSizeLessThan(6);
        await().atMost(SOON).until(() -> node.metrics().snapshot().get("redis_refuses_writes") == 0);
    }

    private void awaitCount(int doors, int most) {
        await().atMost(SOON).until(() -> accepted.size() >= doors && least() >= most);
    }

    private int least() {
        synchronized (accepted) {
            return accepted.values().stream().mapToInt(List::size).min().orElse(0);
        }
    }

    private int count(Map<String, Integer> of) {
        synchronized (accepted) {
            return of.size();
        }
    }

    private static String data(String door, int n) {
        return "{\"door\":\"" + door + "\",\"n\":" + n + "}";
    }

    /** Sends one message after another until it is over, a refused one again under a number of its own. */
    private CompletableFuture<?> door(String name, IntConsumer send) {
        synchronized (accepted) {
            accepted.put(name, new ArrayList<>());
        }
        return CompletableFuture.runAsync(() -> {
            for (int n = 0; !over.get(); n++) {
                try {
                    send.accept(n);
                    synchronized (accepted) {
                        accepted.get(name).add(n);
                    }
                } catch (RuntimeException refusal) {
                    synchronized (accepted) {
                        refused.merge(name, 1, Integer::sum);
                    }
                }
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }, task -> new Thread(task, "door-" + name).start());
    }

    private static Map<String, List<Integer>> shown(TestPage page) {
        Map<String, List<Integer>> shown = new TreeMap<>();
        for (String frame : page.frames()) {
            Matcher data = DATA.matcher(frame);
            if (data.find()) {
                shown.computeIfAbsent(data.group(1), door -> new ArrayList<>()).add(Integer.parseInt(data.group(2)));
            }
        }
        return shown;
    }
}
