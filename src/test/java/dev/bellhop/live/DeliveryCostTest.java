package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.Allocations;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.live.Connection.State;
import dev.bellhop.login.Login;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a delivery asks for of the heap, counted by the JVM: it is the same on a busy machine. */
class DeliveryCostTest {
    private static final String TAIL = "\"msg_type\":\"n\",\"data\":\"" + "x".repeat(10_000) + "\"}";
    private static final int FEW = 1;
    private static final int MANY = 21;

    private final TestNode node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()) {
        @Override
        public CompletableFuture<?> markDelivered(Map<String, Position> upTo) {
            return CompletableFuture.completedFuture(null);
        }
    });

    @AfterEach
    void stop() {
        node.kill();
    }

    private UserFeed feed(String user, int pages) {
        for (int i = 0; i < pages; i++) {
            Connection page = node.connections().open(new Taker(), new Login(user, "login", null, true, java.util.Set.of()));
            synchronized (page.feed()) {
                page.state = State.LIVE;
                page.position = new Position(5, 0);
            }
        }
        return node.registry().feed(user);
    }

    private long keptBytes(int pages) {
        UserFeed feed = feed("kept" + pages, pages);
        AtomicLong offset = new AtomicLong();
        return Allocations.of(() -> feed.announced(new Announcement.Kept(new Position(5, offset.incrementAndGet()), TAIL)));
    }

    private long passingBytes(int pages) {
        UserFeed feed = feed("passing" + pages, pages);
        return Allocations.of(() -> feed.passing(Frame.passing(TAIL)));
    }

    @Test
    void aMessagesTextIsMadeOnceHoweverManyPagesItGoesTo() {
        assertThat(keptBytes(FEW)).as("kept, one page").isBetween((long) TAIL.length(), TAIL.length() + 1_000L);
        assertThat(passingBytes(FEW)).as("not kept, one page").isBetween((long) TAIL.length(), TAIL.length() + 1_000L);
    }

    @Test
    void oneMorePageAllocatesNothingMore() {
        assertThat((keptBytes(MANY) - keptBytes(FEW)) / (MANY - FEW)).as("kept").isLessThanOrEqualTo(48);
        assertThat((passingBytes(MANY) - passingBytes(FEW)) / (MANY - FEW)).as("not kept").isLessThanOrEqualTo(48);
    }
}
