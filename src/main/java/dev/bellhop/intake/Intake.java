package dev.bellhop.intake;

import dev.bellhop.board.Boards;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.Schedule;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes valid messages, from the HTTP API and from code in the same WAR: keeps them now, or schedules them. An id of the
 * publisher's counts once, whichever of the two it came to first.
 *
 * <p>Thread-safe, never blocks. A future that fails leaves open whether the message was taken.
 */
@SingleInstance
public class Intake {
    private final Inbox inbox;
    private final Boards boards;
    private final Schedule schedule;

    @Inject
    public Intake(Inbox inbox, Boards boards, Schedule schedule) {
        this.inbox = inbox;
        this.boards = boards;
        this.schedule = schedule;
    }

    /** Keeps one message now; one that its id has been scheduled under is left to its time. Ends with null if it had expired. */
    public CompletableFuture<String> keep(Message message) {
        return scheduled(message).thenCompose(id -> id != null ? CompletableFuture.completedFuture(id)
                : publish(message).thenApply(published -> published.get(0).position() == null ? null : published.get(0).position().toString()));
    }

    /** Runs a task that keeps messages for many: they share as few calls to Redis as they can. */
    public void together(Runnable keeps) {
        inbox.together(keeps);
    }

    private CompletableFuture<List<Inbox.Published>> publish(Message message) {
        List<Inbox.Draft> draft = List.of(new Inbox.Draft(message, null));
        return message.to().isUser() ? inbox.publish(message.to().name(), draft) : boards.publish(message.to().board(), draft);
    }

    /** Schedules one message; one that has been kept already under its id is left as it is. */
    public CompletableFuture<String> schedule(Message message, Instant at) {
        CompletableFuture<Position> kept = message.id() == null ? CompletableFuture.completedFuture(null)
                : message.to().isUser() ? inbox.find(message.to().name(), message.id()) : boards.find(message.to().board(), message.id());
        // why the schedule first: what was scheduled has been kept once it is sent, and is to be answered as before
        return scheduled(message).thenCompose(id -> id != null ? CompletableFuture.completedFuture(id)
                : kept.thenCompose(position -> position != null ? CompletableFuture.completedFuture(position.toString())
                        : schedule.add(message, at)));
    }

    /** The id that its idempotency id is or was scheduled under, or null. */
    private CompletableFuture<String> scheduled(Message message) {
        return message.id() == null ? CompletableFuture.completedFuture(null) : schedule.find(message.to(), message.id());
    }
}
