package dev.bellhop.bench;

import java.io.IOException;

/** Messages that are kept, through the stream, to one page of each user. */
record Kept(Options options, Report report) implements Scenario {

    @Override
    public String name() {
        return "kept";
    }

    @Override
    public double seconds() {
        return options.warmUp() + options.kept().length * (options.seconds() + 2.0);
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        try (Pages pages = new Pages(server); Producer producer = new Producer(redisPort)) {
            pages.open(options.users(), i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
            Scenarios.measure(contender, server, redis, pages, producer, options.kept()[0], 1, options.warmUp(), n -> Producer.Command.keep(Scenarios.user(options, n), n));
            for (int rate : options.kept()) {
                Figure figure = Scenarios.measure(contender, server, redis, pages, producer, rate, 1, options.seconds(), n -> Producer.Command.keep(Scenarios.user(options, n), n));
                report.figure("Kept, through the stream (" + options.users() + " users with one tab)", figure);
                if (figure.millis(99) > Scenarios.TOO_LATE_MILLIS || figure.lost() > 0) {
                    break;
                }
            }
        }
    }
}
