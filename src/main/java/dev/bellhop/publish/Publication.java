package dev.bellhop.publish;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import dev.bellhop.message.Message;
import dev.bellhop.message.Utf8;
import dev.bellhop.publish.Problem.Code;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of {@code POST messages}: one message, for one user or several, now or later. Fields that it does not know are
 * passed over, as at the other doors.
 *
 * @param messages one for each user, in the order given, none twice
 * @param pushAt   null for now; a time in the past is left to the schedule, so that Redis's clock decides what is past, and
 *                 what was due before stays before
 */
record Publication(List<Message> messages, Instant pushAt) {
    static final int MAX_USERS = 1_000;
    private static final int MAX_DIGITS = 40;
    private static final Duration FARTHEST = Duration.ofDays(3_660);
    private static final Duration LONGEST_TTL = Duration.ofDays(3_660);

    /**
     * Reads it.
     *
     * @param maxBytes the longest message, in UTF-8 bytes
     * @throws Problem if it is none
     */
    static Publication parse(String body, int maxBytes, Instant now) {
        try {
            Map<String, Value> fields = Json.readObject(body);
            Instant pushAt = pushAt(fields.get("push_at"), now);
            long expiresAt = expiresAt(fields.get("ttl"), pushAt == null || pushAt.isBefore(now) ? now : pushAt);
            List<Message> messages = new ArrayList<>();
            for (String user : users(fields)) {
                messages.add(new Message(Message.msgType(fields), user, Message.data(fields), Message.id(fields), expiresAt));
            }
            if (Utf8.length(messages.get(0).frameTail()) > maxBytes) {
                throw new Problem(Code.TOO_LARGE, "the message is longer than " + maxBytes + " bytes");
            }
            return new Publication(messages, pushAt);
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }

    private static Set<String> users(Map<String, Value> fields) throws BadMessageException {
        Value one = fields.get("to_user_id");
        Value many = fields.get("to_user_ids");
        if ((one == null) == (many == null)) {
            throw bad("either to_user_id or to_user_ids");
        }
        List<Value> values = one != null ? List.of(one) : Json.readArray(many);
        if (values.isEmpty() || values.size() > MAX_USERS) {
            throw bad("to_user_ids must name 1 to " + MAX_USERS + " users");
        }
        Set<String> users = new LinkedHashSet<>();
        for (Value value : values) {
            if (!value.isStringOrInteger()) {
                throw bad("a user id must be a string or an integer");
            }
            if (value.text().equals(Message.EVERYONE)) {
                throw bad("a kept message needs users; * is for the channel");
            }
            users.add(Message.userId(value.text()));
        }
        return users;
    }

    /** @return null if there is none */
    static Instant pushAt(Value value, Instant now) {
        if (value == null || value.type() == Type.NULL) {
            return null;
        }
        try {
            Instant at = value.type() == Type.NUMBER ? instant(value.raw())
                    : value.type() == Type.STRING ? OffsetDateTime.parse(value.text()).toInstant() : null;
            if (at == null || at.isAfter(now.plus(FARTHEST))) {
                throw new DateTimeException("too far");
            }
            return at;
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new Problem(Code.BAD_MESSAGE, "push_at must be ISO-8601 with an offset, or epoch seconds, and within ten years");
        }
    }

    private static Instant instant(String number) {
        // why: a number of a million digits, or one with an exponent of a million, keeps BigDecimal busy for minutes
        BigDecimal seconds = number.length() > MAX_DIGITS ? null : new BigDecimal(number);
        if (seconds == null || Math.abs((long) seconds.scale()) > MAX_DIGITS || seconds.precision() - seconds.scale() > 12) {
            throw new DateTimeException("too far");
        }
        BigDecimal nanos = seconds.movePointRight(9).setScale(0, java.math.RoundingMode.FLOOR);
        BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000));
        return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    }

    private static long expiresAt(Value ttl, Instant from) {
        if (ttl == null || ttl.type() == Type.NULL) {
            return 0;
        }
        try {
            Duration lasts = ttl.type() == Type.NUMBER ? Duration.between(Instant.EPOCH, instant(ttl.raw()))
                    : ttl.type() == Type.STRING ? Duration.parse(ttl.text()) : Duration.ZERO;
            if (lasts.compareTo(Duration.ofMillis(1)) < 0 || lasts.compareTo(LONGEST_TTL) > 0) {
                throw new DateTimeException("out of range");
            }
            return from.plus(lasts).toEpochMilli();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new Problem(Code.BAD_MESSAGE, "ttl must be seconds, or an ISO-8601 duration, more than zero and within ten years");
        }
    }

    private static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, why);
    }
}
