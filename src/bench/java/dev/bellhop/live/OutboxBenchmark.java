package dev.bellhop.live;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

/** A frame through an idle connection's outbox, to a server that takes it at once; and finding a user among many. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OutboxBenchmark {
    private static final SendResult OK = new SendResult();

    private final Frame frame = Frame.passing("\"msg_type\":\"notice\",\"data\":{\"text\":\"" + "Hello. ".repeat(20) + "\"}}");
    private final Outbox outbox = new Outbox((Transport) Proxy.newProxyInstance(OutboxBenchmark.class.getClassLoader(),
            new Class<?>[] {Transport.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("send")) {
                    ((SendHandler) arguments[1]).onResult(OK);
                }
                return proxy;
            }), 1_000, 1 << 20, new Nobody());
    private final Map<String, Object> users = new ConcurrentHashMap<>();
    private int next;

    public OutboxBenchmark() {
        for (int i = 0; i < 20_000; i++) {
            users.put("guest" + i, this);
        }
    }

    @Benchmark
    public boolean addAndSend() {
        boolean fits = outbox.add(frame);
        outbox.flush();
        return fits;
    }

    @Benchmark
    public Object findUser() {
        next = (next + 7919) % 20_000;
        return users.get("guest" + next);
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
