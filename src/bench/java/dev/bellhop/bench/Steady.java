package dev.bellhop.bench;

import java.io.IOException;

/** Messages that are not kept, at one rate after another. */
record Steady(Options options, Report report) implements Scenario {
    private static final double WARM_UP_RATE = 8_000;
    /** Cost at a higher rate is lower: what is far from the limit is what a node at work has. */
    private static final int CAPACITY_RATE = 8_000;

    @Override
    public String name() {
        return "steady";
    }

    @Override
    public double seconds() {
        return options.warmUp() + options.rates().length * (options.seconds() + 2.0);
    }

    @Override
    public boolean isFor(Contender contender) {
        return true;
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        int tabs = options.tabs();
        try (Pages pages = new Pages(server); Producer producer = new Producer(redisPort)) {
            pages.open(options.users() * tabs, i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
            Scenarios.measure(contender, server, redis, pages, producer, WARM_UP_RATE / tabs, tabs, options.warmUp(), n -> Producer.Command.publish(Scenarios.user(options, n), n));
            for (int rate : options.rates()) {
                Figure figure = Scenarios.measure(contender, server, redis, pages, producer, (double) rate / tabs, tabs, options.seconds(),
                        n -> Producer.Command.publish(Scenarios.user(options, n), n));
                report.figure("Deliveries, not kept (" + options.users() + " users with " + tabs + " tabs)", figure);
                if (Scenarios.isBellhop(contender) && rate <= CAPACITY_RATE) {
                    report.capacity().is(Capacity.Constant.DELIVERY, figure.warmMicros());
                }
                if (figure.millis(99) > Scenarios.TOO_LATE_MILLIS || figure.lost() > 0) {
                    break;
                }
            }
        }
    }
}
