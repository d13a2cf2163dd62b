package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How delivered marks are written: a message for everybody moves those of all users here at once. */
class DeliveredMarksTest {
    private static final int USERS = 1_000;

    private final Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();
    private final Map<String, Position> written = new HashMap<>();
    private boolean away;
    private final DeliveredMarks marks = new DeliveredMarks(new Inbox(null, null, (Settings) null, new Metrics()) {
        @Override
        public CompletableFuture<?> markDelivered(Map<String, Position> upTo) {
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("away"));
            }
            CompletableFuture<Void> one = new CompletableFuture<>();
            underWay.add(one);
            return one.thenRun(() -> written.putAll(upTo));
        }
    });

    private void moveAll(long offset) {
        for (int i = 0; i < USERS; i++) {
            marks.of("user" + i).move(new Position(5, offset));
        }
    }

    @Test
    void manyShareACallAndTheNextOneBeginsWhenItIsDone() {
        moveAll(1);
        marks.write();
        for (int done = DeliveredMarks.AT_ONCE; written.size() < USERS; done += DeliveredMarks.AT_ONCE) {
            assertThat(underWay).as("after %d", done).hasSize(1);
            underWay.remove().complete(null);
            assertThat(written).hasSize(Math.min(done, USERS));
            marks.write(); // the sweeper does not wait until the last time is over
        }
        assertThat(written).hasSize(USERS).containsValue(new Position(5, 1));
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenTheNextTime() {
        moveAll(1);
        away = true;
        marks.write();
        assertThat(underWay).isEmpty();
        away = false;
        marks.write();
        underWay.remove().completeExceptionally(new IllegalStateException("broke"));
        while (written.size() < USERS) {
            marks.write();
            assertThat(underWay).hasSize(1);
            underWay.remove().complete(null);
        }
    }

    @Test
    void allAreWrittenAtOnceWhenTheNodeStops() {
        moveAll(1);
        marks.writeAll();
        underWay.forEach(one -> one.complete(null));
        assertThat(written).hasSize(USERS);
    }
}
