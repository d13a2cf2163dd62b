package dev.bellhop.http;

import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import dev.bellhop.message.Message;
import dev.bellhop.message.Utf8;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
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
 * The body of {@code POST messages}: one message, for one user, several or many, now or later. Fields that it does not know are
 * passed over, as at the other doors.
 *
 * @param messages one for each address, in the order given, none twice
 * @param pushAt   null for now; a time in the past is left to the schedule, so that Redis's clock decides what is past, and
 *                 what was due before stays before
 */
record Publication(List<Message> messages, Instant pushAt) {
    static final int MAX_USERS = 1_000;
    private static final int MAX_DIGITS = 40;
    private static final Duration FARTHEST = Duration.ofDays(3_660);

    /**
     * Reads it.
     *
     * @param roles    those that messages may be sent to
     * @param maxBytes the longest message, in UTF-8 bytes
     * @throws Problem if it is none
     */
    static Publication parse(String body, Set<String> roles, int maxBytes, Instant now) {
        try {
            Map<String, Value> fields = Json.readObject(body);
            Instant pushAt = pushAt(fields.get("push_at"), now);
            long ttl = Message.ttl(fields);
            List<Message> messages = new ArrayList<>();
            for (Address to : addresses(fields)) {
                to.requireRoleIn(roles);
                messages.add(new Message(Message.msgType(fields), to, Message.data(fields), Message.id(fields), 0, ttl));
            }
            if (Utf8.length(messages.get(0).frameTail()) > maxBytes) {
                throw new Problem(Code.TOO_LARGE, "the message is longer than " + maxBytes + " bytes");
            }
            return new Publication(messages, pushAt);
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }

    private static Set<Address> addresses(Map<String, Value> fields) throws BadMessageException {
        Value many = fields.get("to_user_ids");
        if (many == null) {
            return Set.of(Address.of(fields));
        }
        if (fields.containsKey("to_user_id") || fields.containsKey("to_role") || fields.containsKey("to_group")) {
            throw bad("exactly one of to_user_id, to_user_ids, to_role and to_group");
        }
        List<Value> values = Json.readArray(many, MAX_USERS);
        if (values.isEmpty()) {
            throw bad("to_user_ids must name 1 to " + MAX_USERS + " users");
        }
        Set<Address> users = new LinkedHashSet<>();
        for (Value value : values) {
            if (!value.isStringOrInteger()) {
                throw bad("a user id must be a string or an integer");
            }
            if (value.text().equals(Address.STAR)) {
                throw bad("* is everybody: it stands alone, in to_user_id");
            }
            users.add(Address.user(Message.userId(value.text())));
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

    private static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, why);
    }
}
