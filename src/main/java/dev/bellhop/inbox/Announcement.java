package dev.bellhop.inbox;

import dev.bellhop.message.Position;
import java.util.regex.Pattern;

/** What is said on a user's channel, to every node that holds a connection of the user. */
public sealed interface Announcement {
    /** What the id of a question may be. */
    Pattern QUESTION = Pattern.compile("[0-9a-f]{1,32}");

    /**
     * A message was kept.
     *
     * <p>It names no expiry: whether a message is still to be delivered is decided by Redis's clock, where it is kept and where it
     * is read, and never by a node's.
     *
     * @param position  its place
     * @param frameTail the frame without its opening brace and position
     */
    record Kept(Position position, String frameTail) implements Announcement {}

    /**
     * The user has read everything up to a position.
     *
     * @param connection whose page said so, {@code -} for none
     */
    record Read(Position position, long unread, String connection) implements Announcement {}

    /** A login of the user has ended. */
    record LoginEnded(String loginId) implements Announcement {}

    /**
     * The pages of a login come back and show it again.
     *
     * @param loginId empty for every login of the user
     */
    record LoginCheck(String loginId) implements Announcement {}

    /**
     * Somebody wants to know what the user's connections are doing.
     *
     * @param question its id, to answer it by: hexadecimal digits, as it becomes part of a key
     */
    record Asked(String question) implements Announcement {}

    /** The user has become a member of a group, or is one no more. */
    record GroupsChanged() implements Announcement {}

    /** All connections of the user are to close with this code. */
    record Disconnected(int closeCode) implements Announcement {}

    /**
     * Reads what {@link Inbox} and its scripts publish.
     *
     * @throws IllegalArgumentException if it is nothing of the kind
     */
    static Announcement parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty announcement");
        }
        if (text.charAt(0) == 'm') { // why apart: almost all are of this kind, and the message's text is copied once
            int afterPosition = text.indexOf(' ');
            if (afterPosition < 0) {
                throw new IllegalArgumentException("cut announcement");
            }
            return new Kept(Position.of(text.substring(1, afterPosition)), text.substring(afterPosition + 1));
        }
        String rest = text.substring(1);
        return switch (text.charAt(0)) {
            case 'r' -> {
                String[] parts = rest.split(" ", 3);
                if (parts.length < 3) {
                    throw new IllegalArgumentException("cut announcement");
                }
                yield new Read(Position.of(parts[0]), Long.parseLong(parts[1]), parts[2]);
            }
            case 'l' -> new LoginEnded(rest);
            case 'c' -> new LoginCheck(rest);
            case 'q' -> {
                if (!QUESTION.matcher(rest).matches()) {
                    throw new IllegalArgumentException("not the id of a question");
                }
                yield new Asked(rest);
            }
            case 'g' -> new GroupsChanged();
            case 'd' -> new Disconnected(Integer.parseInt(rest));
            default -> throw new IllegalArgumentException("unknown announcement");
        };
    }
}
