package dev.bellhop.message;

import java.util.Optional;

/**
 * A place in a user's inbox: the id of a kept message, written {@code <epoch>-<offset>} on the wire.
 *
 * <p>The offset counts the user's messages from 1 within an epoch, without holes, so a page can see that it missed one.
 * The epoch (milliseconds since 1970 by Redis's clock) changes whenever Redis may have lost what it had numbered before,
 * so an offset is never given to two messages. Offset 0 is the place before the first message of an epoch.
 *
 * <p>It has the form of a Redis Stream id (<a href="https://redis.io/docs/latest/develop/data-types/streams/">Streams</a>).
 *
 * @param epoch  at least 0
 * @param offset at least 0
 */
public record Position(long epoch, long offset) implements Comparable<Position> {

    /** Before every message that there ever was. */
    public static final Position START = new Position(0, 0);

    public Position {
        if (epoch < 0 || offset < 0) {
            throw new IllegalArgumentException("negative position");
        }
    }

    /**
     * Reads {@code <epoch>-<offset>}.
     *
     * @return empty if the text is not a position
     */
    public static Optional<Position> parse(String text) {
        int dash = text == null ? -1 : text.indexOf('-');
        if (dash < 1 || dash == text.length() - 1 || text.length() > 39) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Position(digits(text, 0, dash), digits(text, dash + 1, text.length())));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /**
     * Reads a position that Bellhop itself wrote.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Position of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not a position: " + Json.quote(text)));
    }

    private static long digits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') { // why: parseLong would take a sign, and digits of any script
                throw new NumberFormatException();
            }
        }
        return Long.parseLong(text, from, to, 10);
    }

    /** Whether this is the very next place after {@code earlier}, so that nothing can lie between them. */
    public boolean follows(Position earlier) {
        return epoch == earlier.epoch && offset == earlier.offset + 1;
    }

    public boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }

    /** The later of the two; null counts as before everything. */
    public static Position later(Position a, Position b) {
        return a == null || (b != null && b.isAfter(a)) ? b : a;
    }

    @Override
    public int compareTo(Position other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(offset, other.offset);
    }

    // why by hand: the JDK's own for records caches a reference to this class in a static place of its own (17 at least),
    // and that would hold the application's class loader after undeployment
    @Override
    public boolean equals(Object other) {
        return other instanceof Position position && epoch == position.epoch && offset == position.offset;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(epoch) + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return epoch + "-" + offset;
    }
}
