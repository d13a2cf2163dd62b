package dev.bellhop.live;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A frame through an idle connection's outbox, to a server that takes it at once. */
@State(Scope.Thread)
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
