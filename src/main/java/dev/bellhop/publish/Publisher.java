package dev.bellhop.publish;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.message.Utf8;
import dev.bellhop.schedule.Schedule;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Publishes messages that are kept. Inject it in code of the same WAR; other backends use the HTTP API, which does.
 *
 * <p>Thread-safe, never blocks. A stage that fails leaves open whether the message was kept: with an id of your own it may be
 * published again, and is one message all the same. Stages end on a thread of Redis's client, which must not be kept.
 */
@ApplicationScoped
public class Publisher {
    private final Inbox inbox;
    private final Schedule schedule;
    private final Settings settings;

    Publisher() { // for the container's proxy
        this(null, null, null);
    }

    @Inject
    public Publisher(Inbox inbox, Schedule schedule, Settings settings) {
        this.inbox = inbox;
        this.schedule = schedule;
        this.settings = settings;
    }

    /**
     * Keeps a message for a user and sends it to the user's pages.
     *
     * @param data made JSON by JSON-B; may be null
     * @return the message's id
     * @throws IllegalArgumentException if it is no good message: see the exception's text
     */
    public CompletionStage<String> publish(String userId, String msgType, Object data) {
        return publish(userId, msgType, data, null);
    }

    /**
     * As {@link #publish(String, String, Object)}, once within 24 hours for the same user and id.
     *
     * @param id 1 to 128 characters, or null
     */
    public CompletionStage<String> publish(String userId, String msgType, Object data, String id) {
        return publish(message(userId, msgType, data, id));
    }

    /**
     * Keeps a message and sends it to the user's pages at a given time.
     *
     * @param id 1 to 128 characters, or null
     * @return the id by which it can be cancelled or moved
     */
    public CompletionStage<String> schedule(String userId, String msgType, Object data, String id, Instant at) {
        return schedule(message(userId, msgType, data, id), at);
    }

    private Message message(String userId, String msgType, Object data, String id) {
        StringBuilder json = new StringBuilder("{\"to_user_id\":").append(Json.quote(userId)).append(",\"msg_type\":").append(Json.quote(msgType));
        if (data != null) {
            json.append(",\"data\":").append(Holder.JSONB.toJson(data));
        }
        if (id != null) {
            json.append(",\"id\":").append(Json.quote(id));
        }
        String text = json.append('}').toString();
        try {
            Message message = Message.parse(text, settings.maxMessageSize() + 4 * (Message.MAX_USER_ID + Message.MAX_ID));
            if (message.toUserId().equals(Message.EVERYONE)) {
                throw new BadMessageException(BadMessageException.BAD_MESSAGE, "a kept message needs a user; * is for the channel");
            }
            if (Utf8.length(message.frameTail()) > settings.maxMessageSize()) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + settings.maxMessageSize() + " bytes");
            }
            return message;
        } catch (BadMessageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Keeps one message now; one that its id has been scheduled under is left to its time. Ends with null if it had expired. */
    CompletableFuture<String> publish(Message message) {
        return scheduled(message).thenCompose(id -> id != null ? CompletableFuture.completedFuture(id)
                : inbox.publish(message.toUserId(), List.of(new Inbox.Draft(message, null)))
                        .thenApply(published -> published.get(0).position() == null ? null : published.get(0).position().toString()));
    }

    /** Schedules one message; one that has been kept already under its id is left as it is. */
    CompletableFuture<String> schedule(Message message, Instant at) {
        CompletableFuture<Position> kept = message.id() == null ? CompletableFuture.completedFuture(null)
                : inbox.find(message.toUserId(), message.id());
        // why the schedule first: what was scheduled has been kept once it is sent, and is to be answered as before
        return scheduled(message).thenCompose(id -> id != null ? CompletableFuture.completedFuture(id)
                : kept.thenCompose(position -> position != null ? CompletableFuture.completedFuture(position.toString())
                        : schedule.add(message, at)));
    }

    /** The id that its idempotency id is or was scheduled under, or null. */
    private CompletableFuture<String> scheduled(Message message) {
        return message.id() == null ? CompletableFuture.completedFuture(null) : schedule.find(message.toUserId(), message.id());
    }

    private static final class Holder { // why: made on first use, as the HTTP API needs none
        private static final Jsonb JSONB = JsonbBuilder.create();
    }
}
