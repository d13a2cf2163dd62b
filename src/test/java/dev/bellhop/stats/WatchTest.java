package dev.bellhop.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.message.Message;
import org.junit.jupiter.api.Test;

class WatchTest {

    @Test
    void aReportIsAMessageLikeAnyProducers() throws Exception {
        Message message = Message.parse(Watch.frame("o\"hara", "n-1", "{\"uptime_seconds\":3}", new Queues.Depths(1, 2, 3, 4)), 1_000);
        assertThat(message.to().name()).isEqualTo("o\"hara");
        assertThat(message.msgType()).isEqualTo("bellhop.node");
        assertThat(message.data()).isEqualTo("{\"node\":\"n-1\",\"queues\":{\"scheduled\":1,\"ingest\":2,\"consumer\":3,\"rejected\":4},\"uptime_seconds\":3}");
    }
}
