package dev.bellhop.message;

import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import java.util.Map;
import java.util.Set;

/**
 * Whom a message is for: one user, or everybody, whoever holds a role, or the members of a group.
 *
 * @param name of the user, role or group; {@code *} for everybody
 */
public record Address(Kind kind, String name) {

    /** How many it may be. */
    public enum Kind { USER, EVERYONE, ROLE, GROUP }

    /** As {@code to_user_id}: everybody. */
    public static final String STAR = "*";

    public static final Address EVERYONE = new Address(Kind.EVERYONE, STAR);

    private static final String ROLE = "role:";
    private static final String GROUP = "group:";

    /** @param name {@code *} is everybody */
    public static Address user(String name) {
        return name.equals(STAR) ? EVERYONE : new Address(Kind.USER, name);
    }

    public static Address role(String name) {
        return new Address(Kind.ROLE, name);
    }

    public static Address group(String name) {
        return new Address(Kind.GROUP, name);
    }

    /**
     * Reads {@code to_user_id}, {@code to_role} or {@code to_group}.
     *
     * @throws BadMessageException {@code bad_message} unless there is exactly one of them, and a good one
     */
    public static Address of(Map<String, Value> fields) throws BadMessageException {
        Value user = fields.get("to_user_id");
        Value role = present(fields, "to_role");
        Value group = present(fields, "to_group");
        if ((user == null ? 0 : 1) + (role == null ? 0 : 1) + (group == null ? 0 : 1) > 1) {
            throw bad("exactly one of to_user_id, to_role and to_group");
        }
        if (role != null) {
            return role(text("to_role", role));
        }
        if (group != null) {
            return group(text("to_group", group));
        }
        if (user == null || !user.isStringOrInteger()) {
            throw bad("to_user_id must be a string or an integer");
        }
        return user(Message.userId(user.text()));
    }

    private static Value present(Map<String, Value> fields, String name) {
        Value value = fields.get(name);
        return value == null || value.type() == Type.NULL ? null : value;
    }

    private static String text(String field, Value value) throws BadMessageException {
        if (!value.isStringOrInteger()) {
            throw bad(field + " must be a string or an integer");
        }
        return checked(field, value.text());
    }

    /**
     * Checks the name of a role or a group.
     *
     * @param field what to call it
     * @throws BadMessageException {@code bad_message}
     */
    public static String checked(String field, String name) throws BadMessageException {
        return Message.name(field, name);
    }

    /**
     * Checks that its role, if it names one, is one that logins are asked for.
     *
     * @throws BadMessageException {@code bad_message}: nobody would ever get the message
     */
    public void requireRoleIn(Set<String> roles) throws BadMessageException {
        if (kind == Kind.ROLE && !roles.contains(name)) {
            throw bad("the role is not one of bellhop.roles, so no login is asked for it");
        }
    }

    public boolean isUser() {
        return kind == Kind.USER;
    }

    /** The board on which messages to many are kept: {@code everyone}, {@code role:…} or {@code group:…}. Null for one user. */
    public String board() {
        return switch (kind) {
            case USER -> null;
            case EVERYONE -> "everyone";
            case ROLE -> ROLE + name;
            case GROUP -> GROUP + name;
        };
    }

    /** Whose board this is, or null if it is no board's name. */
    public static Address ofBoard(String board) {
        if (board.equals("everyone")) {
            return EVERYONE;
        }
        try {
            return board.startsWith(ROLE) ? role(checked("role", board.substring(ROLE.length())))
                    : board.startsWith(GROUP) ? group(checked("group", board.substring(GROUP.length()))) : null;
        } catch (BadMessageException none) {
            return null;
        }
    }

    /** Unlike any other address's. */
    public String key() {
        return isUser() ? name : '\0' + board(); // why: a user may be called role:manager, but no name has a control character
    }

    /** The field of a producer's object and its value. */
    public String json() {
        StringBuilder json = new StringBuilder(name.length() + 20);
        json.append(switch (kind) {
            case USER, EVERYONE -> "\"to_user_id\":";
            case ROLE -> "\"to_role\":";
            case GROUP -> "\"to_group\":";
        });
        Json.appendQuoted(json, name);
        return json.toString();
    }

    private static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, why);
    }
}
