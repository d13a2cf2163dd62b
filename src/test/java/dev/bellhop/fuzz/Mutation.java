package dev.bellhop.fuzz;

/**
 * One change of a text.
 *
 * @param at   where, in thousandths of the text
 * @param much how many characters, or how often
 * @param with what may be put in
 */
record Mutation(Kind kind, int at, int much, String with) {

    enum Kind { CUT, INSERT, REPLACE, REPEAT, SWAP, DEEPEN, FLIP }

    String of(String text) {
        int begin = (int) ((long) text.length() * at / 1_000);
        int end = Math.min(text.length(), begin + much);
        String before = text.substring(0, begin);
        String part = text.substring(begin, end);
        String after = text.substring(end);
        return switch (kind) {
            case CUT -> before + after;
            case INSERT -> before + with + text.substring(begin);
            case REPLACE -> before + with + after;
            case REPEAT -> before + part.repeat(1 + much) + after;
            case SWAP -> after + part + before;
            case DEEPEN -> before + "[{\"a\":".repeat(much) + part + "}]".repeat(much) + after;
            case FLIP -> part.isEmpty() ? text : before + (char) (part.charAt(0) ^ 1 << much % 16) + text.substring(begin + 1);
        };
    }
}
