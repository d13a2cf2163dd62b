package dev.bellhop.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.message.Message;
import dev.bellhop.presence.Queues;
import org.junit.jupiter.api.Test;

class WatchTest {

    @Test
    void aReportIsAMessageLikeAnyProducers() throws Exception {
        Message message = Message.parse(Watch.frame("o\"hara", "n-1", "{\"uptime_seconds\":3}", new Queues.Depths(1, 2, 3, 4)), 1_000);
        assertThat(message.toUserId()).isEqualTo("o\"hara");
        assertThat(message.msgType()).isEqualTo("bellhop.node");
        assertThat(message.data()).isEqualTo("{\"node\":\"n-1\",\"queues\":{\"scheduled\":1,\"ingest\":2,\"consumer\":3,\"rejected\":4},\"uptime_seconds\":3}");
    }
}
