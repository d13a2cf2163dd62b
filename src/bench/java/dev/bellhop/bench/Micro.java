package dev.bellhop.bench;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** {@code -Dbench=jmh}: single steps of a delivery, with what each asks for of the heap. */
final class Micro {
    private Micro() {}

    static void run(Report report) throws IOException {
        try {
            Options options = new OptionsBuilder().include("dev\\.bellhop\\..*Benchmark").addProfiler("gc").mode(Mode.AverageTime).timeUnit(TimeUnit.NANOSECONDS).forks(1)
                    .warmupIterations(3).warmupTime(TimeValue.seconds(1)).measurementIterations(5).measurementTime(TimeValue.seconds(1)).build();
            for (RunResult result : new Runner(options).run()) {
                Result<?> time = result.getPrimaryResult();
                Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
                report.row("Single steps (JMH)", "| | ns | +/- | bytes allocated |\n|---|---|---|---|\n", String.format(Locale.ROOT, "| %s | %.0f | %.0f | %.0f |%n",
                        result.getParams().getBenchmark().replaceFirst(".*\\.(?=\\w+\\.\\w+$)", ""), time.getScore(), time.getScoreError(), bytes == null ? Double.NaN : bytes.getScore()));
            }
        } catch (RunnerException e) {
            throw new IOException(e);
        }
    }
}
