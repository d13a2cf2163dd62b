package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.metric.Metrics;
import jakarta.websocket.SendResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

    @Test
    void aFewSweepsTogetherLookAtEachConnection() {
        List<TestPage> all = IntStream.range(0, 100).mapToObj(i -> node.open("user " + i)).toList();
        int slices = Sweeper.slices(node.settings().pingInterval(), node.settings().loginTimeout());
        long late = System.nanoTime() + TimeUnit.SECONDS.toNanos(11);
        node.sweeper().sweep(late);
        assertThat(all.stream().filter(one -> one.connection().isClosing()).count()).as("of a hundred that have not logged in").isBetween(1L, 50L);
        for (int i = 1; i < slices; i++) {
            node.sweeper().sweep(late);
        }

        assertThat(all).allMatch(one -> one.connection().closeCode() == CloseCode.LOGIN_TIMEOUT);
    }

    @Test
    void theShorterATimeTheOftenerItIsLooked() {
        assertThat(Sweeper.slices(Duration.ofSeconds(20), Duration.ofSeconds(10))).isEqualTo(5);
        assertThat(Sweeper.slices(Duration.ofMinutes(5), Duration.ofMinutes(1))).isEqualTo(6);
        assertThat(Sweeper.slices(Duration.ofSeconds(1), Duration.ofSeconds(10))).isEqualTo(1);
        assertThat(Sweeper.slices(Duration.ofSeconds(20), Duration.ofSeconds(1))).isEqualTo(1);
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
