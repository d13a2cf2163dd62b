package dev.bellhop.bench;

import dev.bellhop.server.RedisProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./mvnw -Pbench}: Bellhop and its peers, one after another, under the same load on this machine. Writes {@code target/bench/report.md}
 * and {@code .html}.
 */
public final class Bench {
    /** About how long one server takes to start and be warm. */
    private static final int START_SECONDS = 40;

    /** How often a run that does not keep to the limit is made, since a machine may be busy with something else. */
    private static final int TRIES = 3;

    private final Options options;
    private final Report report;
    private final long begunNanos = System.nanoTime();
    private double secondsLeft;

    private Bench(Options options, Report report) {
        this.options = options;
        this.report = report;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.read();
        Files.createDirectories(options.target());
        boolean passed = false;
        for (int tries = 0; tries < TRIES && !passed; tries++) {
            passed = new Bench(options, new Report(options.target(), Options.command())).run();
        }
        System.exit(passed ? 0 : 1); // why: clients of peers leave threads behind
    }

    /** @return whether Bellhop keeps to the limit, if there is one */
    private boolean run() throws IOException, InterruptedException {
        int redisPort = freePort();
        List<Contender> contenders = new ArrayList<>(List.of(new Bellhop(options, freePort())));
        for (String peer : options.peers()) {
            contenders.add(Peer.of(peer, options, freePort()));
        }
        if (options.scenarios().contains("jmh")) {
            say("JMH");
            Micro.run(report);
        }
        if (options.scenarios().contains("redis")) {
            say("Redis alone");
            new RedisCost(options, report).run(redisPort);
        }
        List<Scenario> all = Scenarios.of(options, report);
        for (Contender contender : contenders) {
            secondsLeft += START_SECONDS + all.stream().filter(one -> one.isFor(contender)).mapToDouble(Scenario::seconds).sum();
        }
        for (Contender contender : contenders) {
            List<Scenario> mine = all.stream().filter(one -> one.isFor(contender)).toList();
            if (mine.isEmpty()) {
                continue;
            }
            say(contender.name() + " starts");
            try (RedisProcess redis = RedisProcess.startEmpty(options.target().resolve("redis"), redisPort, "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction");
                    Contender.Running running = contender.start(redisPort)) {
                report.version(contender.name(), running.version(), contender.without());
                secondsLeft -= START_SECONDS;
                for (Scenario scenario : mine) {
                    say(contender.name() + ": " + scenario.name());
                    try {
                        scenario.run(contender, running, redis.handle(), redisPort);
                    } catch (IOException failed) {
                        report.row("What failed", "| | |\n|---|---|\n", "| " + contender.name() + ", " + scenario.name() + " | " + failed.getMessage() + " |\n");
                        say(contender.name() + ": " + scenario.name() + " failed: " + failed);
                    }
                    secondsLeft -= scenario.seconds();
                }
            }
        }
        report.capacity().write(report);
        say("Done: " + options.checkout().relativize(options.target().resolve("report.html")));
        if (options.gate() == 0) {
            return true;
        }
        double times = report.timesTheOthers(contenders.get(0).name());
        say(String.format(Locale.ROOT, "A delivery costs %.2f times the CPU that it costs a peer; the limit is %.2f", times, options.gate()));
        return times <= options.gate();
    }

    private void say(String what) {
        Duration gone = Duration.ofNanos(System.nanoTime() - begunNanos);
        System.out.printf("[%d:%02d, about %.0f min left] %s%n", gone.toMinutes(), gone.toSecondsPart(), Math.ceil(Math.max(0, secondsLeft) / 60), what);
    }

    /** Even, and with room below and above for the server's other ports. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = 20_000 + socket.getLocalPort() % 9_000;
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                return freePort();
            }
        }
    }
}
