package dev.bellhop.message;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** From a producer's text to the text of the frame. */
@State(Scope.Thread)
public class MessageBenchmark {
    private final String json = "{\"msg_type\":\"notice\",\"to_user_id\":\"guest17\",\"data\":{\"n\":123456,\"t\":123456789012345,\"text\":\""
            + "Your order has been shipped. ".repeat(4) + "\"}}";

    @Benchmark
    public String frame() throws BadMessageException {
        return Message.parse(json, 65_536).frameTail();
    }
}
