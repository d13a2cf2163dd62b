package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Takes frames as a server would hand them over, whatever they hold; of pages that are let send as many as they like. */
public final class FrameDoor {
    private static final String OTHER = "somebody else";
    private static final int FRAMES_OF_A_PAGE = 200;

    private final TestNode node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()) {
        @Override
        public CompletableFuture<LoggedIn> login(String user, Position after, Position sent, int most, List<String> logins) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<ReadMark> markRead(String user, Position position, String connection) {
            return CompletableFuture.completedFuture(new ReadMark(position, 0));
        }

        @Override
        public CompletableFuture<?> markDelivered(Map<String, Position> upTo) {
            return CompletableFuture.completedFuture(null);
        }
    }, "bellhop.connection.rate=100000", "bellhop.connection.burst=1000000", "bellhop.user.rate-bytes=200000000");

    private TestPage other = node.open(OTHER);
    private TestPage page = node.open("u");
    private int taken;

    /** Each frame is answered or acted on; none touches another user's page. */
    public synchronized void take(String text) {
        if (++taken % FRAMES_OF_A_PAGE == 0 || page.connection().isClosing()) {
            page.leave();
            page = node.open("u");
            if (taken % 2 == 0) {
                page.login(null);
            }
        }
        page.send(text);
        other.send(message("ping"));
        if (taken % 1_000 == 0) {
            if (other.connection().isClosing() || other.frames().stream().anyMatch(frame -> !frame.equals("{\"msg_type\":\"pong\"}"))) {
                throw new AssertionError("another user's page got " + other.frames().get(other.frames().size() - 1));
            }
            other.leave();
            other = node.open(OTHER);
        }
    }
}
