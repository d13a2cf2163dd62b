package dev.bellhop.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.Objects;

/**
 * All pages show their login again, each once, spread as they have come: what it costs, what single users' messages notice of it, and whether any of these is
 * lost or comes twice. Every second message goes to the user of whom a page has just been asked, so it meets that page between its two connections.
 *
 * <p>Sets {@code bellhop.login-check} for the whole run, so nothing else should be measured in it.
 */
record Check(Options options, Report report) implements Scenario {
    /** To single users, a second. */
    private static final double RATE = 200;
    /** Between the last page that comes and the first that is asked, besides the figure that is taken there. */
    private static final int MARGIN_SECONDS = 12;
    /** The interval that is the default. */
    private static final double DEFAULT_SECONDS = 300;
    private static final int SLICE = 50;

    @Override
    public String name() {
        return "check";
    }

    @Override
    public double seconds() {
        return options.check() + 15.0 + comingSeconds();
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    /** Over how long the pages come, and so are asked. */
    private int comingSeconds() {
        return options.check() - options.seconds() - MARGIN_SECONDS;
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        int all = options.connections();
        int tabs = Math.max(1, all / options.users());
        int users = all / tabs;
        String heading = String.format(Locale.ROOT, "Login check: %,d pages, %d tabs a user, each asked once within %d s", all, tabs, comingSeconds());
        try (Pages pages = new Pages(server); Producer producer = new Producer(redisPort)) {
            long begun = System.nanoTime();
            for (int i = 0; i < all; i += SLICE) {
                int from = i;
                pages.open(Math.min(SLICE, all - i), j -> "guest" + (from + j) % users, Scenarios.HANDSHAKES_AT_ONCE);
                sleepUntil(begun, 1.0 * comingSeconds() * i / all);
            }
            sleepUntil(begun, comingSeconds() + 4.0);
            pages.note();
            Window alone = new Window(server);
            report.figure(heading + ": single users' messages alone", Scenarios.measure(contender, server, redis, pages, producer, RATE, tabs, options.seconds(),
                    n -> Producer.Command.publish("guest" + n * 7_919 % users, n)));
            alone.end();
            if (pages.handedOver() > 0) {
                throw new IOException("pages were asked too early: bench.check is too short");
            }
            sleepUntil(begun, options.check() + 4.0);
            long before = pages.handedOver();
            Window meanwhile = new Window(server);
            Figure figure = Scenarios.measure(contender, server, redis, pages, producer, RATE, tabs, comingSeconds() - 8.0,
                    n -> Producer.Command.publish(n % 2 == 0 ? "guest" + n * 7_919 % users : Objects.requireNonNullElse(pages.lastAsked(), "guest0"), n));
            meanwhile.end();
            long checks = pages.handedOver() - before;
            report.figure(heading + ": single users' messages meanwhile", figure);
            double cpuEach = (meanwhile.share() - alone.share()) * meanwhile.seconds() / checks;
            report.row(heading, "| | checks | a second | old connection gone first | to the answer p50 ms | p99 ms | server CPU ms each | % of a core, every five minutes | messages lost | repeated | pages lost |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %s | %,d | %.0f | %,d | %.1f | %.1f | %.2f | %.1f | %,d | %,d | %,d |%n", contender.name(), checks, checks / meanwhile.seconds(), pages.closedFirst(),
                            pages.handOvers().getValueAtPercentile(50) / 1e3, pages.handOvers().getValueAtPercentile(99) / 1e3, 1e3 * cpuEach, 100 * cpuEach * all / DEFAULT_SECONDS,
                            figure.lost(), pages.repeated(), pages.closed()));
        }
    }

    private static void sleepUntil(long begunNanos, double seconds) throws InterruptedException {
        Producer.sleep(Math.max(0, seconds - (System.nanoTime() - begunNanos) / 1e9));
    }

    /** The server's CPU over some time, without the compiler. */
    private static final class Window {
        private final Contender.Running server;
        private final long begun = System.nanoTime();
        private final Cost.Cpu before;
        private double seconds;
        private double used;

        Window(Contender.Running server) throws IOException {
            this.server = server;
            before = Cost.Cpu.of(server.process());
        }

        void end() throws IOException {
            used = Cost.Cpu.of(server.process()).since(before).warm();
            seconds = (System.nanoTime() - begun) / 1e9;
        }

        double seconds() {
            return seconds;
        }

        /** Of one core. */
        double share() {
            return used / seconds;
        }
    }
}
