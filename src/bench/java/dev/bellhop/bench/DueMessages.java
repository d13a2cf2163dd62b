package dev.bellhop.bench;

import java.io.IOException;
import java.util.Locale;

/** Many messages scheduled, of which some are due each second: how late they come. */
record DueMessages(Options options, Report report) implements Scenario {
    private static final double ADDED_A_SECOND = 25_000;
    private static final double LATER = 86_400;

    @Override
    public String name() {
        return "scheduled";
    }

    @Override
    public double seconds() {
        return options.scheduled() / ADDED_A_SECOND + 5 + options.seconds();
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        int due = options.due() * options.seconds();
        try (Pages pages = new Pages(server); Producer producer = new Producer(redisPort)) {
            pages.open(options.users(), i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
            double ahead = options.scheduled() / ADDED_A_SECOND + 5;
            long startNanos = System.nanoTime() + (long) (ahead * 1e9);
            double startSeconds = System.currentTimeMillis() / 1e3 + ahead;
            pages.countFrom(startNanos);
            for (int i = 0; i < options.scheduled(); i++) {
                double after = i < due ? (double) i / options.due() : LATER + i / 1e3;
                producer.send("ZADD", Producer.SCHEDULED, String.format(Locale.ROOT, "%.6f", startSeconds + after),
                        Producer.message(Scenarios.user(options, i), i, startNanos + (long) (after * 1e9)));
            }
            producer.flush();
            double early = (startNanos - System.nanoTime()) / 1e9;
            if (early < 1) {
                throw new IOException("this machine is too slow to add the messages in time");
            }
            Producer.sleep(early);
            Cost.Cpu before = Cost.Cpu.of(server.process());
            double redisCpu = Cost.cpuSeconds(redis);
            Producer.sleep(options.seconds());
            pages.await(Math.min(due, options.scheduled()));
            Cost.Cpu used = Cost.Cpu.of(server.process()).since(before);
            long delivered = Math.max(1, pages.delivered());
            report.figure("Scheduled: " + options.scheduled() + " in the zset, late by", new Figure(contender.name(), options.due(), pages.latencies(), due, pages.delivered(),
                    1e6 * used.all() / delivered, 1e6 * used.warm() / delivered, 1e6 * (Cost.cpuSeconds(redis) - redisCpu) / delivered));
        }
    }
}
