package dev.bellhop.bench;

import java.io.IOException;
import java.util.Locale;

/** How fast pages connect (Bellhop's log in, too), and what they cost while nothing happens. */
record Connect(Options options, Report report) implements Scenario {
    /** Two ping intervals: so each page is pinged just twice, whenever it came. */
    private static final int IDLE_SECONDS = 40;
    /** Until what the connecting has left to do is done. */
    private static final int SETTLE_SECONDS = 10;
    /** Handshakes before the first figure: so many that a JVM has compiled what they need. What a cold server does, the scenario storm shows. */
    private static final int WARM_UP = 10_000;

    @Override
    public String name() {
        return "connect";
    }

    @Override
    public double seconds() {
        return IDLE_SECONDS + 2 * SETTLE_SECONDS + (WARM_UP + options.connections()) / 1_000.0 + 15;
    }

    @Override
    public boolean isFor(Contender contender) {
        return true;
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        try (Pages warm = new Pages(server)) {
            warm.open(WARM_UP, i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
        }
        Producer.sleep(SETTLE_SECONDS + 5); // why longer: what is kept for users who may come back is given up, too
        double heap = server.isJvm() ? Cost.liveMegabytes(server.process()) : 0;
        double resident = Cost.residentMegabytes(server.process());
        try (Pages pages = new Pages(server)) {
            double cpu = Cost.cpuSeconds(server.process());
            long begun = System.nanoTime();
            pages.open(options.connections(), i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
            double took = (System.nanoTime() - begun) / 1e9;
            double cpuEach = 1e3 * (Cost.cpuSeconds(server.process()) - cpu) / options.connections();
            report.row("Connecting: " + options.connections() + " pages, " + Scenarios.HANDSHAKES_AT_ONCE + " handshakes at a time", "| | a second | p50 ms | p99 ms | server CPU ms each |\n|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %s | %,.0f | %.1f | %.1f | %.2f |%n", contender.name(), options.connections() / took,
                            pages.handshakes().getValueAtPercentile(50) / 1e3, pages.handshakes().getValueAtPercentile(99) / 1e3, cpuEach));
            Producer.sleep(SETTLE_SECONDS);
            Cost.Cpu before = Cost.Cpu.of(server.process());
            Producer.sleep(IDLE_SECONDS);
            Cost.Cpu idle = Cost.Cpu.of(server.process()).since(before);
            double share = 100 * idle.warm() / IDLE_SECONDS;
            double heapEach = server.isJvm() ? 1024 * (Cost.liveMegabytes(server.process()) - heap) / options.connections() : Double.NaN;
            double residentEach = 1024 * (Cost.residentMegabytes(server.process()) - resident) / options.connections();
            if (Scenarios.isBellhop(contender)) {
                report.capacity().is(Capacity.Constant.LOGIN, 1e3 * cpuEach);
                report.capacity().is(Capacity.Constant.HEAP, heapEach);
                report.capacity().is(Capacity.Constant.IDLE, 1e4 * share / options.connections());
            }
            report.row("Idle: " + options.connections() + " pages", "| | live heap KB each | resident memory KB each | % of a core | without the compiler |\n|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %s | %s | %.1f | %.1f | %.1f |%n", contender.name(), server.isJvm() ? String.format(Locale.ROOT, "%.1f", heapEach) : "-", residentEach, 100 * idle.all() / IDLE_SECONDS, share));
        }
    }
}
