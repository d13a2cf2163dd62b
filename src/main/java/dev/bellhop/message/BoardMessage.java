package dev.bellhop.message;

/**
 * A message on a board.
 *
 * @param place     its id in the board's stream
 * @param expires   milliseconds since 1970 after which it is no longer delivered, as a text; {@code 0} for never
 * @param frameTail the frame for pages, without its opening brace and position
 */
public record BoardMessage(Position place, String expires, String frameTail) {

    /**
     * What is announced when a message has been put on a board.
     *
     * @param before the place of the message before it, or {@code 0-0}
     */
    public record Announced(Position before, BoardMessage message) {

        /** @throws IllegalArgumentException if it is nothing that {@code publish.lua} announces */
        public static Announced parse(String text) {
            String[] parts = text.split(" ", 4);
            if (parts.length < 4 || parts[0].isEmpty() || parts[0].charAt(0) != 'b') {
                throw new IllegalArgumentException("not an announcement of a board");
            }
            return new Announced(Position.of(parts[0].substring(1)), new BoardMessage(Position.of(parts[1]), parts[2], parts[3]));
        }
    }
}
