package dev.bellhop.message;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the outermost object of a JSON text, leaving each of its values as the very text that stood there.
 *
 * <p>What a producer sends as {@code data} must reach the page digit for digit, so it is checked but never rebuilt.
 *
 * <p>Thread-safe.
 */
public final class Json {
    /** Deeper nesting is refused: a page's parser may recurse. */
    static final int MAX_DEPTH = 256;
    private static final int MAX_FIELDS = 100;

    private Json() {}

    /**
     * One value.
     *
     * @param type what it is
     * @param raw  the text of the value as it stood, without white space around it
     * @param text a string's content; for all else the same as {@code raw}
     */
    public record Value(Type type, String raw, String text) {
        /** Whether it is a string or a number written without fraction and exponent. */
        public boolean isStringOrInteger() {
            return type == Type.STRING || (type == Type.NUMBER && raw.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9')));
        }
    }

    /** The kinds of value. */
    public enum Type { STRING, NUMBER, OBJECT, ARRAY, BOOLEAN, NULL }

    /**
     * Reads a text that must be one JSON object.
     *
     * @return its fields in their order
     * @throws BadMessageException {@code bad_json} if it is not one valid object, names a field twice, or nests too deeply
     */
    public static Map<String, Value> readObject(String json) throws BadMessageException {
        JsonScanner scanner = new JsonScanner(json);
        if (!scanner.take('{')) {
            throw bad("not a JSON object");
        }
        Map<String, Value> fields = new LinkedHashMap<>();
        if (!scanner.take('}')) {
            do {
                if (fields.put(scanner.name(), scanner.value()) != null) {
                    throw bad("a field is named twice");
                }
                if (fields.size() > MAX_FIELDS) {
                    throw bad("more than " + MAX_FIELDS + " fields");
                }
            } while (scanner.take(','));
            scanner.expect('}');
        }
        if (!scanner.isAtEnd()) {
            throw bad("text after the JSON object");
        }
        return fields;
    }

    /**
     * Reads the elements of an array, each as {@link #readObject} would a field's value.
     *
     * @param most how many it may have: each takes a hundred times the room of the text that it may be
     * @throws BadMessageException {@code bad_json} if the value is no array, {@code bad_message} if it has more elements
     */
    public static List<Value> readArray(Value array, int most) throws BadMessageException {
        if (array.type() != Type.ARRAY) {
            throw bad("not a JSON array");
        }
        JsonScanner scanner = new JsonScanner(array.raw());
        List<Value> elements = new ArrayList<>();
        scanner.expect('[');
        if (!scanner.take(']')) {
            do {
                if (elements.size() == most) {
                    throw new BadMessageException(BadMessageException.BAD_MESSAGE, "an array of more than " + most + " elements");
                }
                elements.add(scanner.value());
            } while (scanner.take(','));
            scanner.expect(']');
        }
        return elements;
    }

    static BadMessageException bad(String why) {
        return new BadMessageException(BadMessageException.BAD_JSON, why);
    }

    /** The text as a JSON string, quotes included; null as {@code null}. */
    public static String quote(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder quoted = new StringBuilder(text.length() + 2);
        appendQuoted(quoted, text);
        return quoted.toString();
    }

    /** Appends the text as a JSON string, quotes included. */
    public static void appendQuoted(StringBuilder to, String text) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    // why the last three: line separators and lone surrogates break logs and UTF-8 encoders
                    if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029' || isLoneSurrogate(text, i)) {
                        to.append(String.format("\\u%04x", (int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }

    private static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
