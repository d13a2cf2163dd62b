package dev.bellhop.bench;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * The server starts anew, and all pages that it had come at the same moment: the worst that can be, since pages spread their return over some seconds. What they
 * have missed waits for them. The last scenario, for it ends the server that the others use.
 */
record Storm(Options options, Report report) implements Scenario {
    /** Redis notes what takes longer. */
    private static final String NOTED_MICROS = "500";
    private static final int NOTED = 1_000;

    @Override
    public String name() {
        return "storm";
    }

    @Override
    public double seconds() {
        return 60 + options.connections() / 500.0;
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        int count = options.connections();
        try (Pages pages = new Pages(server)) {
            pages.open(count, i -> "guest" + i % options.users(), Scenarios.HANDSHAKES_AT_ONCE);
        }
        server.close();
        RedisClient client = RedisClient.create("redis://localhost:" + redisPort);
        try (Contender.Running again = contender.start(redisPort); Producer producer = new Producer(redisPort); Pages pages = new Pages(again)) {
            for (int i = 0; i < options.users(); i++) {
                producer.send("XADD", Producer.STREAM, "*", "message", Producer.message("guest" + i, i, 0));
            }
            producer.flush();
            RedisCommands<String, String> commands = client.connect().sync();
            while (commands.xlen(Producer.STREAM) > 0) { // until all is in the inboxes
                Producer.sleep(0.1);
            }
            commands.configSet("slowlog-max-len", Integer.toString(NOTED));
            commands.configSet("slowlog-log-slower-than", NOTED_MICROS);
            commands.slowlogReset();
            double cpu = Cost.cpuSeconds(again.process());
            double redisCpu = Cost.cpuSeconds(redis);
            long begun = System.nanoTime();
            pages.open(count, i -> "guest" + i % options.users(), count);
            double took = (System.nanoTime() - begun) / 1e9;
            report.row(String.format(Locale.ROOT, "Storm: %,d pages at once, on a server that has just started", count),
                    "| | all back after s | p50 s | server CPU ms each | Redis CPU ms each | slowest Redis command ms |\n|---|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.2f | %.3f | %s |%n", contender.name(), took, pages.handshakes().getValueAtPercentile(50) / 1e6,
                            1e3 * (Cost.cpuSeconds(again.process()) - cpu) / count, 1e3 * (Cost.cpuSeconds(redis) - redisCpu) / count, slowest(commands)));
        } finally {
            client.shutdown();
        }
    }

    private static String slowest(RedisCommands<String, String> commands) {
        long most = 0;
        String what = "";
        for (Object noted : commands.slowlogGet(NOTED)) {
            List<?> one = (List<?>) noted; // id, time, microseconds, the command with its arguments
            long micros = ((Number) one.get(2)).longValue();
            if (micros > most) {
                most = micros;
                what = String.valueOf(((List<?>) one.get(3)).get(0));
            }
        }
        return most == 0 ? "under 0.5" : String.format(Locale.ROOT, "%.1f (%s)", most / 1e3, what);
    }
}
