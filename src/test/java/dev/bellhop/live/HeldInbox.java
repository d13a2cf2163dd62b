package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** An inbox that answers a reading when the test says so. */
final class HeldInbox extends Inbox {
    final BlockingQueue<Reading> readings = new LinkedBlockingQueue<>();

    boolean loginEnded;
    volatile boolean away;

    record Reading(Position after, CompletableFuture<Stretch> answer) {}

    HeldInbox() {
        super(null, null, (Settings) null, new Metrics());
    }

    @Override
    public CompletableFuture<Stretch> resume(String user, Position after, Position sent, int most) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("away"));
        }
        Reading reading = new Reading(after, new CompletableFuture<>());
        readings.add(reading);
        return reading.answer();
    }

    @Override
    public CompletableFuture<LoggedIn> login(String user, Position after, Position sent, int most, List<String> logins) {
        return resume(user, after, sent, most).thenApply(stretch -> new LoggedIn(loginEnded ? logins : List.of(), stretch));
    }

    @Override
    public CompletableFuture<?> markDelivered(Map<String, Position> upTo) {
        return CompletableFuture.completedFuture(null);
    }
}
