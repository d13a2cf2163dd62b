package dev.bellhop.bench;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.server.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code -Dbench=redis}: the CPU that Redis itself spends on one message, without any server: a Redis and a node within this JVM.
 *
 * <p>Redis's own CPU ({@code used_cpu_user} and {@code used_cpu_sys}) is counted, not time, so a machine that does other work changes little.
 */
final class RedisCost {
    private static final int IN_A_PIPELINE = 500;
    private static final Pattern STAT = Pattern.compile("cmdstat_([^:]+):calls=(\\d+),usec=(\\d+),usec_per_call=([0-9.]+)");
    /** Makes a frame of about 200 bytes. */
    private static final String TEXT = '"' + "Your order has been shipped and will be with you soon. ".repeat(3).strip() + '"';
    private static final int LOGINS = 20_000;
    /** Commands that cost less than this of a message's CPU are left out of the report. */
    private static final double WORTH_MICROS = 0.2;

    private final Options options;
    private final Report report;
    private RedisCommands<String, String> commands;
    private Producer producer;
    private long ingestedBefore;

    RedisCost(Options options, Report report) {
        this.options = options;
        this.report = report;
    }

    void run(int port) throws IOException, InterruptedException {
        try (RedisProcess redis = RedisProcess.startEmpty(options.target().resolve("redis-cost"), port, "--appendonly", "yes", "--appendfsync", "everysec");
                TestNode node = TestNode.start("redis://localhost:" + port).awaitRedis(); Producer sends = new Producer(port)) {
            RedisClient client = RedisClient.create("redis://localhost:" + port);
            commands = client.connect().sync();
            producer = sends;
            node.withIngest();
            int most = options.messages();
            stream(node, "warm-up", options.users(), most / 4);
            stream(node, "through the stream, to " + options.users() + " users", options.users(), most);
            stream(node, "through the stream, to " + 40 * options.users() + " users", 40 * options.users(), most);
            fill(node);
            stream(node, "through the stream, to full inboxes of " + options.users() + " users", options.users(), most);
            publish(node, "published one by one (POST, Publisher)", most / 4, n -> null);
            publish(node, "published one by one with an id", most / 4, n -> "id" + n);
            login(node, 0);
            login(node, 10);
            client.shutdown();
        }
    }

    /** Until each message trims another, as in an inbox that has been used for long. */
    private void fill(TestNode node) {
        for (int user = 0; user < options.users(); user++) {
            List<Inbox.Draft> some = new ArrayList<>();
            for (int n = 0; n < IN_A_PIPELINE; n++) {
                some.add(new Inbox.Draft(new Message("notice", "guest" + user, TEXT, null, 0), null));
            }
            for (int kept = 0; kept < node.settings().inboxMaxMessages(); kept += some.size()) {
                node.inbox().publish("guest" + user, some).join();
            }
        }
    }

    /** Pushes all, then waits until each is in its inbox. */
    private void stream(TestNode node, String what, int users, int messages) throws IOException, InterruptedException {
        commands.configResetstat();
        double begun = cpuSeconds();
        for (int n = 0; n < messages; n++) {
            producer.send("XADD", Producer.STREAM, "*", "message", Producer.message("guest" + n * 7_919L % users, n, 0));
            if (n % IN_A_PIPELINE == 0) {
                producer.flush();
            }
        }
        producer.flush();
        do {
            Producer.sleep(0.05);
        } while (ingested(node) < messages || commands.xlen(Producer.STREAM) > 0);
        ingestedBefore += messages;
        report.capacity().is(Capacity.Constant.REDIS_KEPT, row(what, messages, cpuSeconds() - begun));
    }

    private long ingested(TestNode node) {
        return node.metrics().snapshot().get("ingested") - ingestedBefore;
    }

    private static void inPipelines(int calls, IntFunction<CompletableFuture<?>> call) {
        List<CompletableFuture<?>> some = new ArrayList<>();
        for (int n = 0; n < calls; n++) {
            some.add(call.apply(n));
            if (some.size() == IN_A_PIPELINE) {
                some.forEach(CompletableFuture::join);
                some.clear();
            }
        }
        some.forEach(CompletableFuture::join);
    }

    private void publish(TestNode node, String what, int messages, IntFunction<String> id) throws IOException {
        commands.configResetstat();
        double begun = cpuSeconds();
        inPipelines(messages, n -> {
            String user = "guest" + n * 7_919L % options.users();
            return node.inbox().publish(user, List.of(new Inbox.Draft(new Message("notice", user, TEXT, id.apply(n), 0), null)));
        });
        row(what, messages, cpuSeconds() - begun);
    }

    /** A page that logs in: with nothing to catch up with, or with that many messages. */
    private void login(TestNode node, int missed) throws IOException {
        List<Position> ends = new ArrayList<>();
        for (int user = 0; user < options.users(); user++) {
            Position end = node.inbox().page("guest" + user, null, 0).join().end();
            ends.add(new Position(end.epoch(), end.offset() - missed));
        }
        commands.configResetstat();
        double begun = cpuSeconds();
        inPipelines(LOGINS, n -> node.inbox().resume("guest" + n % options.users(), ends.get(n % options.users()), null, 100));
        double micros = row("a login with " + missed + " messages to replay", LOGINS, cpuSeconds() - begun);
        if (missed == 0) {
            report.capacity().is(Capacity.Constant.REDIS_LOGIN, micros);
        }
    }

    private double cpuSeconds() {
        Map<String, String> cpu = new HashMap<>();
        commands.info("cpu").lines().filter(line -> line.contains(":")).forEach(line -> cpu.put(line.split(":")[0], line.split(":")[1].strip()));
        return Double.parseDouble(cpu.get("used_cpu_user")) + Double.parseDouble(cpu.get("used_cpu_sys"));
    }

    /** @return the µs of each */
    private double row(String what, int messages, double seconds) throws IOException {
        StringBuilder most = new StringBuilder();
        Matcher stat = STAT.matcher(commands.info("commandstats"));
        while (stat.find()) {
            if (Double.parseDouble(stat.group(3)) / messages > WORTH_MICROS) {
                most.append(String.format(Locale.ROOT, "%s %.2f × %s; ", stat.group(1), Double.parseDouble(stat.group(2)) / messages, stat.group(4)));
            }
        }
        System.out.printf(Locale.ROOT, "  %s: %.1f µs of Redis's CPU each: %s%n", what, 1e6 * seconds / messages, most);
        report.row("Redis's CPU", "| | messages | µs each | commands: calls each × µs a call |\n|---|---|---|---|\n",
                String.format(Locale.ROOT, "| %s | %,d | %.1f | %s |%n", what, messages, 1e6 * seconds / messages, most));
        return 1e6 * seconds / messages;
    }
}
