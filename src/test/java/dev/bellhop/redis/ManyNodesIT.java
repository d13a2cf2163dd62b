package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisCluster.Member;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a message costs Redis follows the nodes that hold its user, not the nodes that there are. By Redis's own counters: what nodes cost that
 * do nothing is measured first, and taken away.
 *
 * <p>{@code -Dmany.nodes=1,2,4,8 -Dmany.seconds=20} gives the table of the capacity page.
 */
class ManyNodesIT {
    private static final int[] NODES = Arrays.stream(System.getProperty("many.nodes", "1,8").split(",")).mapToInt(Integer::parseInt).toArray();
    private static final int IDLE_MILLIS = 1_000 * Integer.getInteger("many.seconds", 5);
    private static final int USERS = 3;
    private static final int MESSAGES = 500;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String[] DOORS = {"POST", "stream", "channel"};

    private final List<TestNode> nodes = new ArrayList<>();
    private final AtomicInteger shown = new AtomicInteger();
    private int sent;

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
    }

    /** What Redis has counted: calls of commands, also of those within scripts; bytes to and from its clients; bytes on the cluster's bus. */
    private record Count(double calls, double in, double out, double bus) {
        Count minus(Count other, double times) {
            return new Count(calls - times * other.calls, in - times * other.in, out - times * other.out, bus - times * other.bus);
        }

        Count per(double number) {
            return new Count(calls / number, in / number, out / number, bus / number);
        }

        double bytes() {
            return in + out;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f | %.0f | %.0f | %.0f", calls, in, out, bus);
        }
    }

    @Test
    void onOneRedis() {
        try (RedisServer redis = RedisServer.create()) {
            RedisClusterCommands<String, String> commands = redis.commands();
            measure("one Redis", commands, () -> of(List.of(commands), 0), redis.uri());
        }
    }

    @Test
    void onACluster() {
        try (RedisCluster cluster = RedisCluster.create(3, 1)) {
            List<RedisClusterCommands<String, String>> masters = new ArrayList<>(cluster.members().subList(0, 3).stream().map(Member::commands).toList());
            measure("a cluster of three masters, each with a replica", cluster.commands(), () -> of(masters, cluster.busBytes()), cluster.uris(), "bellhop.redis.cluster=true");
        }
    }

    private interface Counter {
        Count now();
    }

    private void measure(String where, RedisClusterCommands<String, String> commands, Counter counter, String uri, String... settings) {
        Map<Integer, Map<String, Count>> all = new LinkedHashMap<>();
        for (int number : NODES) {
            while (nodes.size() < number) {
                nodes.add(TestNode.start(uri, settings).awaitRedis().withPages().withIngest().withPromotion().withReports());
            }
            if (sent == 0) {
                open();
                await().atMost(SOON).until(() -> commands.get(RedisServer.READER) != null);
            }
            Map<String, Count> costs = new LinkedHashMap<>();
            for (String door : DOORS) {
                send(door, commands, 50); // what is new is learnt: scripts, connections
            }
            Count begin = counter.now();
            long from = System.nanoTime();
            await().pollDelay(Duration.ofMillis(IDLE_MILLIS)).atMost(SOON).until(() -> true);
            Count idle = counter.now().minus(begin, 1).per((System.nanoTime() - from) * 1e-9);
            costs.put("idle, a second", idle);
            for (String door : DOORS) {
                begin = counter.now();
                from = System.nanoTime();
                send(door, commands, MESSAGES);
                costs.put(door, counter.now().minus(begin, 1).minus(idle, (System.nanoTime() - from) * 1e-9).per(MESSAGES));
            }
            all.put(number, costs);
        }
        print(where, all);
        Map<String, Count> one = all.get(NODES[0]);
        Map<String, Count> many = all.get(NODES[NODES.length - 1]);
        for (String door : DOORS) {
            assertThat(many.get(door).calls()).as("Redis's commands for a message through the door " + door).isBetween(one.get(door).calls() * 0.85 - 0.2, one.get(door).calls() * 1.15 + 0.2);
        }
        for (String door : List.of("POST", "stream")) {
            assertThat(many.get(door).bytes()).as("bytes for a message through the door " + door).isBetween(one.get(door).bytes() * 0.85, one.get(door).bytes() * 1.15);
        }
    }

    /** All users have their page on the first node. */
    private void open() {
        IntStream.range(0, USERS).mapToObj(i -> "user " + i).forEach(user -> nodes.get(0).openAndShow(user, frame -> {
            if (frame.contains("\"msg_type\":\"notice\"")) {
                shown.incrementAndGet();
            }
        }).login(null));
        await().atMost(SOON).until(() -> nodes.get(0).metrics().snapshot().get("subscription_channels") >= USERS);
    }

    /** One after another, each when the one before is shown: so no node brings several with one command. */
    private void send(String door, RedisClusterCommands<String, String> commands, int messages) {
        Consumer<String> how = switch (door) {
            case "POST" -> user -> nodes.get(0).inbox().publish(user, List.of(new Draft(new Message("notice", user, DATA, null, 0), null))).join();
            case "stream" -> user -> commands.xadd(RedisServer.STREAM, Map.of("message", json(user)));
            default -> user -> commands.publish(RedisServer.CHANNEL, json(user));
        };
        for (int i = 0; i < messages; i++) {
            how.accept("user " + i % USERS);
            int now = ++sent;
            await().atMost(SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> shown.get() == now);
        }
    }

    private static final String DATA = '"' + "x".repeat(150) + '"';

    private static String json(String user) {
        return "{\"msg_type\":\"notice\",\"to_user_id\":\"" + user + "\",\"data\":" + DATA + "}";
    }

    private static Count of(List<RedisClusterCommands<String, String>> masters, long bus) {
        double calls = 0;
        double in = 0;
        double out = 0;
        for (RedisClusterCommands<String, String> master : masters) {
            // why not info: it is this test that asks
            calls += master.info("commandstats").lines().filter(line -> line.startsWith("cmdstat_") && !line.startsWith("cmdstat_info:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*:calls=([0-9]+),.*", "$1"))).sum();
            Map<String, Double> stats = new LinkedHashMap<>();
            master.info("stats").lines().filter(line -> line.startsWith("total_net_")).forEach(line -> stats.put(line.split(":")[0], Double.valueOf(line.split(":")[1])));
            in += stats.get("total_net_input_bytes");
            out += stats.get("total_net_output_bytes");
        }
        return new Count(calls, in, out, bus);
    }

    private static void print(String where, Map<Integer, Map<String, Count>> all) {
        StringBuilder table = new StringBuilder("\n" + where + "\n| nodes | what | commands | bytes in | bytes out | bytes on the bus |\n|---|---|---|---|---|---|\n");
        all.forEach((number, costs) -> costs.forEach((what, cost) -> table.append("| ").append(number).append(" | ").append(what).append(" | ").append(cost).append(" |\n")));
        System.out.println(table);
    }
}
