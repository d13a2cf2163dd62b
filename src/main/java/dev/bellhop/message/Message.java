package dev.bellhop.message;

import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * What a publisher wants one user or many to get.
 *
 * @param msgType  1 to 64 characters
 * @param to       whom it is for
 * @param data     the text of any JSON value, exactly as produced; null if there was none
 * @param id       makes a kept message idempotent; 1 to 128 characters, or null
 * @param expiresAt milliseconds since 1970 after which it is no longer delivered; 0 for never
 * @param ttl       milliseconds for which it is delivered; Redis's clock decides from when to when. 0 for ever
 */
public record Message(String msgType, Address to, String data, String id, long expiresAt, long ttl) {

    /** The longest {@code msg_type}, in characters. */
    public static final int MAX_TYPE = 64;
    /** The longest user id, in characters. */
    public static final int MAX_USER_ID = 256;
    /** The longest idempotency id, in characters. */
    public static final int MAX_ID = 128;

    private static final Duration LONGEST_TTL = Duration.ofDays(3_660);
    private static final int MAX_TTL_DIGITS = 40;

    /** A message to one user, without a ttl. */
    public Message(String msgType, String toUserId, String data, String id, long expiresAt) {
        this(msgType, toUserId, data, id, expiresAt, 0);
    }

    /** A message to one user. */
    public Message(String msgType, String toUserId, String data, String id, long expiresAt, long ttl) {
        this(msgType, Address.user(toUserId), data, id, expiresAt, ttl);
    }

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
        return new Message(msgType(fields), Address.of(fields), data(fields), id(fields), expiresAt(fields), ttl(fields));
    }

    /** The same message under another id. */
    public Message withId(String other) {
        return new Message(msgType, to, data, other, expiresAt, ttl);
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
        return name("to_user_id", userId);
    }

    static String name(String field, String name) throws BadMessageException {
        if (name.isEmpty() || name.length() > MAX_USER_ID || name.codePoints().anyMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c))) {
            throw bad(field + " must have 1 to " + MAX_USER_ID + " characters, no control characters");
        }
        return name;
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
        if (!id.isStringOrInteger() || id.text().isEmpty() || id.text().length() > MAX_ID || id.text().codePoints().anyMatch(Message::isLoneSurrogate)) {
            throw bad("id must be a string of 1 to " + MAX_ID + " characters");
        }
        return id.text();
    }

    /** A text with one is no name of anything: in Redis all of them would be the same. */
    private static boolean isLoneSurrogate(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE;
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

    /**
     * For how many milliseconds it is delivered, 0 for ever: {@code ttl} is seconds, or an ISO-8601 duration.
     *
     * @throws BadMessageException {@code bad_message} if it is no good one
     */
    public static long ttl(Map<String, Value> fields) throws BadMessageException {
        Value ttl = fields.get("ttl");
        if (ttl == null || ttl.type() == Type.NULL) {
            return 0;
        }
        try {
            Duration lasts = ttl.type() == Type.NUMBER ? seconds(ttl.raw()) : ttl.type() == Type.STRING ? Duration.parse(ttl.text()) : Duration.ZERO;
            if (lasts.compareTo(Duration.ofMillis(1)) < 0 || lasts.compareTo(LONGEST_TTL) > 0) {
                throw new DateTimeException("out of range");
            }
            return lasts.toMillis();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw bad("ttl must be seconds, or an ISO-8601 duration, more than zero and within ten years");
        }
    }

    private static Duration seconds(String number) {
        // why: a number of a million digits, or one with an exponent of a million, keeps BigDecimal busy for minutes
        BigDecimal seconds = number.length() > MAX_TTL_DIGITS ? null : new BigDecimal(number);
        if (seconds == null || Math.abs((long) seconds.scale()) > MAX_TTL_DIGITS || seconds.precision() - seconds.scale() > 12) {
            throw new DateTimeException("out of range");
        }
        return Duration.ofMillis(seconds.movePointRight(3).setScale(0, RoundingMode.FLOOR).longValueExact());
    }

    private static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, why);
    }

    /**
     * The frame for pages, without its opening brace and position: {@code "msg_type":…,"data":…} and the closing brace. A caller
     * puts the opening brace before it and, for a kept message, {@code "id":"…",} between the two.
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
        json.append('{').append(to.json());
        if (id != null) {
            json.append(",\"id\":");
            Json.appendQuoted(json, id);
        }
        if (expiresAt > 0) {
            json.append(",\"expires_at\":").append(expiresAt);
        }
        if (ttl > 0) {
            json.append(",\"ttl\":").append(BigDecimal.valueOf(ttl, 3).toPlainString());
        }
        return json.append(',').append(frameTail()).toString();
    }
}
