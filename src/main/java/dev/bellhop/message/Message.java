package dev.bellhop.message;

import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import java.util.Map;
import java.util.Set;

/**
 * What a publisher wants a user to get.
 *
 * @param msgType  1 to 64 characters
 * @param toUserId 1 to 256 characters; {@link #EVERYONE} for all users where the door allows it
 * @param data     the text of any JSON value, exactly as produced; null if there was none
 * @param id       makes a kept message idempotent; 1 to 128 characters, or null
 * @param expiresAt milliseconds since 1970 after which it is no longer delivered; 0 for never
 */
public record Message(String msgType, String toUserId, String data, String id, long expiresAt) {

    /** As {@code to_user_id}: every page of every user. */
    public static final String EVERYONE = "*";

    /** The longest {@code msg_type}, in characters. */
    public static final int MAX_TYPE = 64;
    /** The longest user id, in characters. */
    public static final int MAX_USER_ID = 256;
    /** The longest idempotency id, in characters. */
    public static final int MAX_ID = 128;

    /** Frames of the protocol itself: were a publisher to send one, pages would take it for the server's. */
    private static final Set<String> RESERVED = Set.of("login", "read", "error", "ping", "pong");

    /**
     * Reads a producer's message.
     *
     * @param json     the text as it came
     * @param maxBytes the longest text accepted, in UTF-8 bytes
     * @throws BadMessageException if it is too large, not a JSON object or not a message
     */
    public static Message parse(String json, int maxBytes) throws BadMessageException {
        if (json.length() > maxBytes || (json.length() > maxBytes / 3 && Utf8.length(json) > maxBytes)) {
            throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + maxBytes + " bytes");
        }
        return of(Json.readObject(json));
    }

    /**
     * Reads a message from the fields of a producer's object.
     *
     * @throws BadMessageException {@code bad_message}
     */
    public static Message of(Map<String, Value> fields) throws BadMessageException {
        Value user = fields.get("to_user_id");
        if (user == null || !user.isStringOrInteger()) {
            throw bad("to_user_id must be a string or an integer");
        }
        return new Message(msgType(fields), userId(user.text()), data(fields), id(fields), expiresAt(fields));
    }

    /** The same message for another user. */
    public Message to(String userId) {
        return new Message(msgType, userId, data, id, expiresAt);
    }

    /** @throws BadMessageException {@code bad_message} if there is no good {@code msg_type}, or it is one of the protocol's own */
    public static String msgType(Map<String, Value> fields) throws BadMessageException {
        String msgType = anyMsgType(fields);
        if (RESERVED.contains(msgType)) {
            throw bad("msg_type " + msgType + " is the protocol's own");
        }
        return msgType;
    }

    /** @throws BadMessageException {@code bad_message} if there is no good {@code msg_type} */
    public static String anyMsgType(Map<String, Value> fields) throws BadMessageException {
        Value type = fields.get("msg_type");
        if (type == null || type.type() != Type.STRING || type.text().isEmpty() || type.text().length() > MAX_TYPE) {
            throw bad("msg_type must be a string of 1 to " + MAX_TYPE + " characters");
        }
        return type.text();
    }

    /** @throws BadMessageException {@code bad_message} if it cannot be a user's id */
    public static String userId(String userId) throws BadMessageException {
        // why no lone surrogates: in Redis all of them would be the same user
        if (userId.isEmpty() || userId.length() > MAX_USER_ID
                || userId.codePoints().anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
            throw bad("to_user_id must have 1 to " + MAX_USER_ID + " characters, no control characters");
        }
        return userId;
    }

    /** The text of {@code data} as it stood, or null. */
    public static String data(Map<String, Value> fields) {
        Value data = fields.get("data");
        return data == null ? null : data.raw();
    }

    /**
     * The idempotency id, or null.
     *
     * @throws BadMessageException {@code bad_message} if it is no good one
     */
    public static String id(Map<String, Value> fields) throws BadMessageException {
        Value id = fields.get("id");
        if (id == null || id.type() == Type.NULL) {
            return null;
        }
        if (!id.isStringOrInteger() || id.text().isEmpty() || id.text().length() > MAX_ID) {
            throw bad("id must be a string of 1 to " + MAX_ID + " characters");
        }
        return id.text();
    }

    private static long expiresAt(Map<String, Value> fields) throws BadMessageException {
        Value expiresAt = fields.get("expires_at");
        if (expiresAt == null || expiresAt.type() == Type.NULL) {
            return 0;
        }
        try {
            if (expiresAt.raw().startsWith("-")) {
                throw new NumberFormatException();
            }
            return Long.parseLong(expiresAt.raw());
        } catch (NumberFormatException notMilliseconds) {
            throw bad("expires_at must be a whole number of milliseconds since 1970");
        }
    }

    private static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, why);
    }

    /**
     * The frame for pages, without its opening brace and position: {@code "msg_type":…,"data":…}}. Whoever knows the
     * position puts {@code {"id":"…",} before it, whoever has none just {@code {}.
     */
    public String frameTail() {
        StringBuilder tail = new StringBuilder((data == null ? 0 : data.length()) + msgType.length() + 32);
        tail.append("\"msg_type\":");
        Json.appendQuoted(tail, msgType);
        if (data != null) {
            tail.append(",\"data\":").append(data);
        }
        return tail.append('}').toString();
    }

    /** The message as a producer would write it, for the zset and the ingest stream. */
    public String toJson() {
        StringBuilder json = new StringBuilder((data == null ? 0 : data.length()) + 128);
        json.append("{\"to_user_id\":");
        Json.appendQuoted(json, toUserId);
        if (id != null) {
            json.append(",\"id\":");
            Json.appendQuoted(json, id);
        }
        if (expiresAt > 0) {
            json.append(",\"expires_at\":").append(expiresAt);
        }
        return json.append(',').append(frameTail()).toString();
    }
}
