package dev.bellhop.publish;

import dev.bellhop.board.Groups;
import dev.bellhop.config.Settings;
import dev.bellhop.intake.Intake;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.message.Utf8;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes messages that are kept. Inject it in code of the same WAR; other backends use the HTTP API, which does.
 *
 * <p>Thread-safe. The methods that return a stage never block; use them where nobody waits for the answer. A stage that fails leaves open
 * whether the message was kept: with an id of your own it may be published again, and is one message all the same. Stages end on a thread
 * of Redis's client, which must not be kept. The methods that end in {@code AndWait} are for code within a request, which would drop the
 * stage: they return when the message is kept, and throw if it is not.
 */
@ApplicationScoped
public class Publisher {
    private final Intake intake;
    private final Groups groups;
    private final Settings settings;

    Publisher() { // for the container's proxy
        this(null, null, null);
    }

    @Inject
    public Publisher(Intake intake, Groups groups, Settings settings) {
        this.intake = intake;
        this.groups = groups;
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
        return publish(To.user(userId), msgType, data, id);
    }

    /**
     * Keeps a message and sends it to the user's pages at a given time.
     *
     * @param id 1 to 128 characters, or null
     * @return the id by which it can be cancelled or moved
     */
    public CompletionStage<String> schedule(String userId, String msgType, Object data, String id, Instant at) {
        return schedule(To.user(userId), msgType, data, id, at);
    }

    /**
     * Keeps a message for one user or many and sends it to their pages. Each reader finds it in the own inbox, once.
     *
     * @param data made JSON by JSON-B; may be null
     * @param id   1 to 128 characters, or null; with one, it is one message within 24 hours for the same address
     * @return for one user the message's id; for many its id on their board
     * @throws IllegalArgumentException if it is no good message: see the exception's text
     */
    public CompletionStage<String> publish(To to, String msgType, Object data, String id) {
        return intake.keep(message(to, msgType, data, id));
    }

    /**
     * As {@link #publish(To, String, Object, String)}, at a given time.
     *
     * @return the id by which it can be cancelled or moved
     */
    public CompletionStage<String> schedule(To to, String msgType, Object data, String id, Instant at) {
        return intake.schedule(message(to, msgType, data, id), at);
    }

    /**
     * Makes a user a member of a group: what is published to the group from now on is for them.
     *
     * @return ends with false if the user is in 1,000 groups already
     */
    public CompletionStage<Boolean> addToGroup(String group, String userId) {
        return groups.add(To.checked("group", group), To.checked("user id", userId));
    }

    /** Ends it. What was published before stays the user's. */
    public CompletionStage<Void> removeFromGroup(String group, String userId) {
        return groups.remove(To.checked("group", group), To.checked("user id", userId));
    }

    /**
     * As {@link #publish(String, String, Object)}, and waits until the message is kept.
     *
     * @param limit how long it waits at most; at least a millisecond
     * @return the message's id
     * @throws IllegalArgumentException if it is no good message, or no good limit
     * @throws PublishFailedException   if Redis is away (at once) or has not answered within the limit, or the thread is interrupted
     */
    public String publishAndWait(String userId, String msgType, Object data, Duration limit) {
        return publishAndWait(userId, msgType, data, null, limit);
    }

    /**
     * As {@link #publish(String, String, Object, String)}, and waits until the message is kept. After a
     * {@link PublishFailedException} the same call may be made again: with the id it is one message.
     *
     * @param id    1 to 128 characters, or null
     * @param limit how long it waits at most; at least a millisecond
     * @return the message's id
     * @throws IllegalArgumentException if it is no good message, or no good limit
     * @throws PublishFailedException   if Redis is away (at once) or has not answered within the limit, or the thread is interrupted
     */
    public String publishAndWait(String userId, String msgType, Object data, String id, Duration limit) {
        mayWait(limit);
        return await(publish(userId, msgType, data, id), limit);
    }

    /**
     * As {@link #schedule(String, String, Object, String, Instant)}, and waits until the message is kept.
     *
     * @param id    1 to 128 characters, or null
     * @param limit how long it waits at most; at least a millisecond
     * @return the id by which it can be cancelled or moved
     * @throws IllegalArgumentException if it is no good message, or no good limit
     * @throws PublishFailedException   if Redis is away (at once) or has not answered within the limit, or the thread is interrupted
     */
    public String scheduleAndWait(String userId, String msgType, Object data, String id, Instant at, Duration limit) {
        mayWait(limit);
        return await(schedule(userId, msgType, data, id, at), limit);
    }

    private static void mayWait(Duration limit) {
        if (limit == null || limit.toMillis() < 1) {
            throw new IllegalArgumentException("the limit must be at least a millisecond");
        }
        if (Thread.currentThread().getName().startsWith("lettuce-")) { // why: the answer comes on this thread, so it would never come
            throw new IllegalStateException("do not wait on a thread of Redis's client, on which stages end; use the method that returns a stage");
        }
    }

    private static String await(CompletionStage<String> stage, Duration limit) {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new PublishFailedException("Redis has not answered within " + limit + "; the message may have been kept", late);
        } catch (ExecutionException failed) {
            throw new PublishFailedException("Redis has not taken the message: " + failed.getCause().getMessage(), failed.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PublishFailedException("interrupted; the message may have been kept", e);
        }
    }

    private Message message(To to, String msgType, Object data, String id) {
        StringBuilder json = new StringBuilder("{").append(to.address().json()).append(",\"msg_type\":").append(Json.quote(msgType));
        if (data != null) {
            json.append(",\"data\":").append(Holder.JSONB.toJson(data));
        }
        if (id != null) {
            json.append(",\"id\":").append(Json.quote(id));
        }
        String text = json.append('}').toString();
        try {
            Message message = Message.parse(text, settings.maxMessageSize() + 4 * (Message.MAX_USER_ID + Message.MAX_ID));
            message.to().requireRoleIn(settings.roles());
            if (Utf8.length(message.frameTail()) > settings.maxMessageSize()) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + settings.maxMessageSize() + " bytes");
            }
            return message;
        } catch (BadMessageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static final class Holder { // why: made on first use, as the HTTP API needs none
        private static final Jsonb JSONB = JsonbBuilder.create();
    }
}
