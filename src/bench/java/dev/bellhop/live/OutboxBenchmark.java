package dev.bellhop.live;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A frame through an idle connection's outbox, to a server that takes it at once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OutboxBenchmark {
    private final Frame frame = Frame.passing("\"msg_type\":\"notice\",\"data\":{\"text\":\"" + "Hello. ".repeat(20) + "\"}}");
    private final Outbox outbox = new Outbox(new Taker(), 1_000, 1 << 20, new Nobody());

    @Benchmark
    public boolean addAndSend() {
        boolean fits = outbox.add(frame);
        outbox.flush();
        return fits;
    }

    private static final class Nobody implements Outbox.Owner {
        @Override
        public void sent(Frame frame) {}

        @Override
        public void failed(Throwable cause) {}

        @Override
        public void roomAgain() {}
    }
}
