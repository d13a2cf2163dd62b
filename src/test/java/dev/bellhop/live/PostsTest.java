package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.metric.Metrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostsTest {
    private static final String PONG = "{\"msg_type\":\"pong\"}";

    private final TestNode node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()));

    @AfterEach
    void stop() {
        node.close();
    }

    private static String body(int frames, String frame) {
        return "[" + (frame + ",").repeat(frames - 1) + frame + "]";
    }

    private long received() {
        return node.metrics().snapshot().get("frames_received");
    }

    @Test
    void eachFrameOfARequestIsAnsweredInItsOrder() throws BadMessageException {
        assertThat(node.posts().take("u", null, "[{\"msg_type\":\"ping\"},{},{\"msg_type\":\"ping\"}]"))
                .startsWith("[" + PONG + ",{\"msg_type\":\"error\"").endsWith("," + PONG + "]");
        assertThat(node.posts().take("u", null, body(1_000, "{\"msg_type\":\"ping\"}"))).contains("rate_limited");
        assertThat(received()).isEqualTo(1_003);
    }

    /** A megabyte of tiny frames would be answered with thirty. */
    @Test
    void aRequestWithVeryManyFramesIsRefusedAsAWhole() {
        assertThatExceptionOfType(BadMessageException.class).isThrownBy(() -> node.posts().take("u", null, body(1_001, "{}")))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("bad_message"));
        long before = allocated();
        assertThatExceptionOfType(BadMessageException.class).isThrownBy(() -> node.posts().take("u", null, body(350_000, "{}")));
        assertThat(allocated() - before).as("bytes for a body of a megabyte").isLessThan(16 << 20);
        assertThat(received()).isZero();
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
