package dev.bellhop.bench;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Messages that are kept for many, each once on a board: for a role, then for everybody while a million users are away. And what single users' own
 * messages notice of it: these go to the very users who take in what is on the board.
 */
record Many(Options options, Report report) implements Scenario {
    static final String ROLE = "user"; // of all of the bench's users
    private static final int ROLE_USERS = 500;
    private static final int ROLE_TABS = 4;
    /** Kept for many, a second. */
    private static final double BOARD_RATE = 0.5;
    /** To single users meanwhile, a second. */
    private static final double SINGLE_RATE = 200;
    private static final int FILLED_AT_ONCE = 10_000;

    @Override
    public String name() {
        return "boards";
    }

    @Override
    public double seconds() {
        return 2 * (3 * options.seconds() + 20.0) + options.away() / 50_000.0;
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        try (Producer producer = new Producer(redisPort); Producer many = new Producer(redisPort)) {
            int users = Math.min(ROLE_USERS, options.users());
            run(contender, server, redis, producer, many, "\"to_role\":\"" + ROLE + '"', "a role", users, ROLE_TABS);
            for (int i = 0; i < options.away(); i++) { // as far as Redis knows them: they have been sent something once
                producer.send("HSET", "bellhop:{away" + i + "}:marks", "last", "1-1", "delivered", "1-1");
                if (i % FILLED_AT_ONCE == 0) {
                    producer.flush();
                }
            }
            producer.flush();
            Producer.sleep(5);
            run(contender, server, redis, producer, many, "\"to_user_id\":\"*\"", String.format(java.util.Locale.ROOT, "everybody (%,d users away)", options.away()), options.users(),
                    Math.max(1, options.connections() / options.users()));
            producer.send("FLUSHALL"); // why: the next run begins with what lies on the disk
            producer.flush();
            Producer.sleep(2);
        }
    }

    private void run(Contender contender, Contender.Running server, ProcessHandle redis, Producer producer, Producer many, String to, String whom, int users, int tabs)
            throws IOException, InterruptedException {
        String heading = String.format(java.util.Locale.ROOT, "Kept for %s: %,d users with %d tabs, %s messages a second", whom, users, tabs, BOARD_RATE);
        try (Pages pages = new Pages(server)) {
            pages.open(users * tabs, i -> "guest" + i % users, Scenarios.HANDSHAKES_AT_ONCE);
            Producer.sleep(3);
            Scenarios.measure(contender, server, redis, pages, many, BOARD_RATE, users * tabs, options.warmUp(), n -> Producer.Command.keepFor(to, n, true));
            report.figure(heading, Scenarios.measure(contender, server, redis, pages, many, BOARD_RATE, users * tabs, options.seconds(),
                    n -> Producer.Command.keepFor(to, n, true)));
            String single = String.format(java.util.Locale.ROOT, "%s: single users' messages, %d a second, ", heading, (int) SINGLE_RATE);
            report.figure(single + "alone", Scenarios.measure(contender, server, redis, pages, producer, SINGLE_RATE, tabs, options.seconds(),
                    n -> Producer.Command.publish("guest" + n * 7_919 % users, n)));
            CompletableFuture<Void> meanwhile = CompletableFuture.runAsync(() -> board(many, to));
            report.figure(single + "meanwhile", Scenarios.measure(contender, server, redis, pages, producer, SINGLE_RATE, tabs, options.seconds(),
                    n -> Producer.Command.publish("guest" + n * 7_919 % users, n)));
            meanwhile.join();
            Producer.sleep(2);
        }
    }

    private void board(Producer many, String to) {
        try {
            many.run(BOARD_RATE, options.seconds(), System.nanoTime(), n -> Producer.Command.keepFor(to, n, false));
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
