package dev.bellhop.message;

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

/** From a producer's text to the text of the frame. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MessageBenchmark {
    private final String json = "{\"msg_type\":\"notice\",\"to_user_id\":\"guest17\",\"data\":{\"n\":123456,\"t\":123456789012345,\"text\":\""
            + "Your order has been shipped. ".repeat(4) + "\"}}";

    @Benchmark
    public String frame() throws BadMessageException {
        return Message.parse(json, 65_536).frameTail();
    }
}
