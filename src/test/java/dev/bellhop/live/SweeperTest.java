package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.metric.Metrics;
import jakarta.websocket.SendResult;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweeperTest {
    private final TestNode node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()));
    private final TestPage page = node.open("u");
    private final Connection connection = page.connection();

    @AfterEach
    void stop() {
        node.threads().shutdownNow();
    }

    @Test
    void aPageThatTakesAFrameNowAndThenIsCutWhileOthersWait() {
        page.stopReading();
        for (int i = 0; i < 4; i++) {
            connection.send(Frame.PONG);
        }
        loggedIn();
        look(-40);
        connection.outbox().onResult(new SendResult());
        look(-11);
        connection.outbox().onResult(new SendResult());
        look(18);
        assertThat(connection.isClosing()).as("the send under way began %s seconds ago", 18).isFalse();
        look(25);

        assertThat(connection.closeCode()).isEqualTo(CloseCode.OVERLOADED);
        assertThat(node.metrics().snapshot()).containsEntry("slow_consumers", 1L);
    }

    @Test
    void aPageThatTakesWhatWaitsAndAnIdleOneAreNot() {
        page.stopReading();
        connection.send(Frame.PONG);
        connection.send(Frame.PONG);
        loggedIn();
        look(-40);
        connection.outbox().onResult(new SendResult());
        connection.outbox().onResult(new SendResult());
        connection.send(Frame.PONG);
        look(-11);
        connection.outbox().onResult(new SendResult());
        look(18);
        look(25);

        assertThat(connection.isClosing()).isFalse();
    }

    @Test
    void aPageThatAnswersNoPingIsClosed() {
        loggedIn();
        look(21);
        assertThat(connection.isClosing()).as("it is pinged, and has time to answer").isFalse();
        look(41);

        assertThat(connection.closeCode()).isEqualTo(CloseCode.SILENT);
    }

    private void loggedIn() {
        synchronized (connection.feed()) {
            connection.state = Connection.State.LIVE;
        }
    }

    /** The sweep so many seconds from now. */
    private void look(long seconds) {
        node.sweeper().look(connection.feed(), connection, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }
}
