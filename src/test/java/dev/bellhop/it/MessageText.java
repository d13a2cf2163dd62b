package dev.bellhop.it;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The JSON that a producer or a page writes, from its fields: {@code message("notice", to("42"), data(1))}. For what tests send; what they expect on the
 * wire they spell out. No text is escaped.
 */
public final class MessageText {
    private MessageText() {}

    /** @param fields each as one of the other methods gives it */
    public static String message(Object type, String... fields) {
        return Stream.concat(Stream.of(quoted("msg_type", type)), Arrays.stream(fields)).collect(Collectors.joining(",", "{", "}"));
    }

    /** Whom it is for. */
    public static String to(Object user) {
        return quoted("to_user_id", user);
    }

    public static String toRole(String role) {
        return quoted("to_role", role);
    }

    public static String toGroup(String group) {
        return quoted("to_group", group);
    }

    /** With which it is idempotent. */
    public static String id(Object id) {
        return quoted("id", id);
    }

    /** @param json any value's text, a number for one */
    public static String data(Object json) {
        return "\"data\":" + json;
    }

    /** Data that is a string. */
    public static String text(Object text) {
        return quoted("data", text);
    }

    public static String ttl(Object seconds) {
        return "\"ttl\":" + seconds;
    }

    /** When it is due, in epoch seconds. */
    public static String pushAt(Object time) {
        return "\"push_at\":" + time;
    }

    private static String quoted(String name, Object value) {
        return '"' + name + "\":\"" + value + '"';
    }
}
