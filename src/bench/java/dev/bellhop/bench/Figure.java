package dev.bellhop.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * One row of the report.
 *
 * @param rate         of deliveries (or messages) a second that was asked for
 * @param latencies    in microseconds
 * @param expected     how many deliveries there should be
 * @param delivered    how many there were
 * @param cpuMicros    CPU of the server for each
 * @param warmMicros   the same without the threads of a JVM that compile
 * @param redisMicros  CPU of Redis for each
 */
record Figure(String contender, double rate, Histogram latencies, long expected, long delivered, double cpuMicros, double warmMicros, double redisMicros) {

    static final String HEAD = "| | a second | p50 ms | p99 ms | p99.9 ms | max ms | expected | lost | server CPU µs each | without the compiler | Redis CPU µs each |\n|---|---|---|---|---|---|---|---|---|---|---|\n";

    long lost() {
        return expected - delivered;
    }

    double millis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1000.0;
    }

    String row() {
        return String.format(Locale.ROOT, "| %s | %,.0f | %s | %s | %s | %s | %,d | %,d | %.1f | %.1f | %.1f |%n", contender, rate, ms(50), ms(99), ms(99.9), ms(100), expected, lost(),
                cpuMicros, warmMicros, redisMicros);
    }

    private String ms(double percentile) {
        double value = millis(percentile);
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.0f", value);
    }
}
