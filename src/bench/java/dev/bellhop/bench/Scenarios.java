package dev.bellhop.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.LongFunction;

/** The scenarios by name, and what they share. */
final class Scenarios {
    static final int HANDSHAKES_AT_ONCE = 64;
    /** With more than this at p99, more load would only show the same again. */
    static final double TOO_LATE_MILLIS = 1_000;

    private Scenarios() {}

    static List<Scenario> of(Options options, Report report) {
        List<Scenario> known = List.of(new Steady(options, report), new Connect(options, report), new Kept(options, report), new DueMessages(options, report),
                new Post(options, report), new Stalled(options, report), new Many(options, report), new Check(options, report), new Storm(options, report));
        // why connect with idle: it takes the same pages
        return known.stream().filter(one -> options.scenarios().contains(one.name()) || one instanceof Connect && options.scenarios().contains("idle")).toList();
    }

    static boolean isBellhop(Contender contender) {
        return contender instanceof Bellhop;
    }

    static String user(Options options, long number) {
        return "guest" + number * 7_919 % options.users(); // a prime: neighbours in time are not neighbours in any table
    }

    /**
     * Publishes at a steady rate and waits for what comes of it.
     *
     * @param messages a second
     * @param pages    that each message goes to
     */
    static Figure measure(Contender contender, Contender.Running server, ProcessHandle redis, Pages open, Producer producer, double messages, int pages, double seconds,
            LongFunction<Producer.Command> command) throws IOException, InterruptedException {
        long start = System.nanoTime() + 20_000_000;
        open.countFrom(start);
        Cost.Cpu before = Cost.Cpu.of(server.process());
        double redisCpu = Cost.cpuSeconds(redis);
        long refused = producer.errors();
        long sent = producer.run(messages, seconds, start, command);
        open.await(sent * pages);
        if (producer.errors() > refused) {
            throw new IOException("Redis has refused " + (producer.errors() - refused) + " commands");
        }
        Cost.Cpu used = Cost.Cpu.of(server.process()).since(before);
        long delivered = Math.max(1, open.delivered());
        return new Figure(contender.name(), messages * pages, open.latencies(), sent * pages, open.delivered(), 1e6 * used.all() / delivered,
                1e6 * used.warm() / delivered, 1e6 * (Cost.cpuSeconds(redis) - redisCpu) / delivered);
    }
}
