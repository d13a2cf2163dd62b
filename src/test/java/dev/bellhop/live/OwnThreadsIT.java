package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens when Bellhop's own threads are held, or have more to do than may wait. */
class OwnThreadsIT {
    @RegisterExtension
    static final RedisServer redis = RedisServer.create();

    private final TestNode node = TestNode.start(redis, "bellhop.connection.queue=5").awaitRedis().withPages();

    private TestPage loggedIn(String user) {
        TestPage page = node.open(user).login(null);
        await().until(() -> page.from() != null);
        return page;
    }

    private void publish(String user) {
        redis.publish(message("now", to(user)));
    }

    @Test
    void aNodeThatHearsAndDoesNotDeliverSaysSo() {
        TestPage page = loggedIn("u");
        assertThat(node.pubSub().delivers()).isTrue();
        long restarts = node.metrics().snapshot().get("subscription_restarts");
        node.hold(node.lanes().delivery(), true);
        publish("u");
        await().until(() -> !node.pubSub().delivers());
        assertThat(page.frames()).as("only the answer to login").hasSize(1);
        assertThat(node.pubSub().hears()).isTrue();

        node.hold(node.lanes().delivery(), false);
        await().until(() -> page.frames().size() == 2);
        await().until(() -> node.pubSub().delivers());
        assertThat(node.metrics().snapshot().get("subscription_restarts")).as("another subscription would not help").isEqualTo(restarts);
    }

    /** It is the connection's monitor, and so every other page of the user, that would wait with the server. */
    @Test
    void aConnectionThatCannotBeClosedNowIsClosedLaterAndNotUnderALock() {
        TestPage page = loggedIn("slow");
        page.stopReading();
        node.hold(node.lanes().closing(), true);
        node.hold(node.lanes().stalled(), true); // on a busy machine the page counts as one that has not read for a second
        IntStream.range(0, 20).forEach(i -> publish("slow"));
        await().until(() -> page.connection().isClosing());
        assertThat(page.closeCode()).as("nobody had the time").isZero();
        await().until(() -> node.metrics().snapshot().get("tasks_refused{closing}") + node.metrics().snapshot().get("tasks_refused{stalled}") > 2);

        node.hold(node.lanes().closing(), false);
        await().until(() -> page.closeCode() == 1013);
        assertThat(page.closedUnderALock()).isFalse();
    }

    @Test
    void aPageWhoseLoginFindsNoThreadIsAnsweredLater() {
        node.hold(node.lanes().pages(), true);
        TestPage page = node.open("late").login(null);
        await().until(() -> node.metrics().snapshot().get("tasks_refused{pages}") > 1);
        assertThat(page.frames()).isEmpty();

        node.hold(node.lanes().pages(), false);
        await().until(() -> page.from() != null);
    }
}
