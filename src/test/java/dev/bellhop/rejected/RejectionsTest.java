package dev.bellhop.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.metric.Metrics;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a line of the log says of what was rejected. */
class RejectionsTest {

    private final BadMessageException why = new BadMessageException(BadMessageException.BAD_JSON, "not JSON");
    private final Rejections rejections = new Rejections(new Metrics());

    @Test
    void ofAProducersMessageItShowsTheBeginningOnOneLine() {
        assertThat(rejections.ofAMessage("channel", why, "a\nb" + "x".repeat(500)).orElseThrow())
                .startsWith("Rejected from the channel: not JSON (bad_json)").contains("a\\nb").hasSizeLessThan(400);
    }

    /** What a user has written is private; who keeps sending nonsense is not. */
    @Test
    void ofAPagesFrameItShowsWhoSentItAndNoText() {
        assertThat(rejections.ofAFrame("alice\n", why, 14).orElseThrow()).contains("page", "bad_json", "\"alice\\n\"", "14 characters").doesNotContain("\n");
    }

    @Test
    void aFloodIsOneLineForEachDoor() {
        long lines = IntStream.range(0, 1_000).filter(i -> rejections.ofAMessage("channel", why, "x").isPresent()).count();
        assertThat(lines).isEqualTo(1);
        assertThat(rejections.ofAFrame("alice", why, 1)).isPresent();
        assertThat(rejections.ofAFrame("alice", why, 1)).isEmpty();
    }
}
