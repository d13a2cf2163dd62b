package dev.bellhop.board;

import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * From where to where on a group's board messages are for a user: one span for each time that they were a member.
 *
 * @param all in order
 */
public record Spans(List<Span> all) {

    /** The whole board. */
    public static final Spans WHOLE = new Spans(List.of(new Span(Position.START, null)));

    /**
     * One time of being a member.
     *
     * @param from the board's newest message when they joined; what comes after it is theirs
     * @param to   the board's newest message when they left; null if they are a member
     */
    public record Span(Position from, Position to) {
        boolean holds(Position at) {
            return at.isAfter(from) && (to == null || !at.isAfter(to));
        }
    }

    /** Reads what {@code member.lua} writes; what is none of it is passed over. */
    static Spans parse(String text) {
        List<Span> all = new ArrayList<>();
        for (String span : text.split(",")) {
            int space = span.indexOf(' ');
            Position from = Position.parse(space < 0 ? span : span.substring(0, space)).orElse(null);
            Position to = space < 0 ? null : Position.parse(span.substring(space + 1)).orElse(null);
            if (from != null && (space < 0 || to != null)) {
                all.add(new Span(from, to));
            }
        }
        return new Spans(all);
    }

    /** Whether a message at this place is for the user. */
    public boolean hold(Position at) {
        return all.stream().anyMatch(span -> span.holds(at));
    }

    /** Whether the user is a member now. */
    public boolean isMember() {
        return !all.isEmpty() && all.get(all.size() - 1).to() == null;
    }

    /** Whether something after this place may be for the user. */
    public boolean mayHoldAfter(Position at) {
        return all.stream().anyMatch(span -> span.to() == null || span.to().isAfter(at));
    }

    /** Where the first one begins. */
    public Position begin() {
        return all.isEmpty() ? Position.START : all.get(0).from();
    }
}
