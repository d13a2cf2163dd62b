package dev.bellhop.message;

import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParserFactory;
import java.io.StringReader;
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
    private static final int MAX_DEPTH = 256;
    private static final int MAX_FIELDS = 100;

    // why cached: Json.createParser and its like look the provider up through the class loader at every call, which cost
    // more than all the rest of a delivery
    private static final JsonParserFactory PARSERS = JsonProvider.provider().createParserFactory(Map.of());

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
        try (JsonParser parser = PARSERS.createParser(new StringReader(json))) {
            if (!parser.hasNext() || parser.next() != Event.START_OBJECT) {
                throw bad("not a JSON object");
            }
            Map<String, Value> fields = new LinkedHashMap<>();
            while (parser.next() != Event.END_OBJECT) {
                String name = parser.getString();
                int from = (int) parser.getLocation().getStreamOffset();
                Value value = readValue(parser, json, from);
                if (fields.put(name, value) != null) {
                    throw bad("a field is named twice");
                }
                if (fields.size() > MAX_FIELDS) {
                    throw bad("more than " + MAX_FIELDS + " fields");
                }
            }
            for (int i = (int) parser.getLocation().getStreamOffset(); i < json.length(); i++) {
                if (!isSpace(json.charAt(i))) {
                    throw bad("text after the JSON object");
                }
            }
            return fields;
        } catch (RuntimeException e) { // why any: parsers differ in what they throw, or where they stand, when a text ends early
            throw bad("not valid JSON");
        }
    }

    /**
     * Reads the elements of an array, each as {@link #readObject} would a field's value.
     *
     * @throws BadMessageException {@code bad_json} if the value is no array
     */
    public static List<Value> readArray(Value array) throws BadMessageException {
        if (array.type() != Type.ARRAY) {
            throw bad("not a JSON array");
        }
        String json = array.raw();
        try (JsonParser parser = PARSERS.createParser(new StringReader(json))) {
            parser.next();
            List<Value> elements = new ArrayList<>();
            int end = (int) parser.getLocation().getStreamOffset();
            for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
                Value element = value(parser, event, json, end);
                elements.add(element);
                end = (int) parser.getLocation().getStreamOffset();
            }
            return elements;
        }
    }

    private static Value readValue(JsonParser parser, String json, int from) throws BadMessageException {
        return value(parser, parser.next(), json, from);
    }

    private static Value value(JsonParser parser, Event event, String json, int from) throws BadMessageException {
        String text = event == Event.VALUE_STRING ? parser.getString() : null;
        Type type = switch (event) {
            case VALUE_STRING -> Type.STRING;
            case VALUE_NUMBER -> Type.NUMBER;
            case VALUE_TRUE, VALUE_FALSE -> Type.BOOLEAN;
            case VALUE_NULL -> Type.NULL;
            case START_OBJECT -> Type.OBJECT;
            case START_ARRAY -> Type.ARRAY;
            default -> throw bad("not valid JSON");
        };
        if (type == Type.OBJECT || type == Type.ARRAY) {
            skipNested(parser);
        }
        String raw = between(json, from, (int) parser.getLocation().getStreamOffset());
        return new Value(type, raw, text == null ? raw : text);
    }

    private static void skipNested(JsonParser parser) throws BadMessageException {
        for (int depth = 1; depth > 0; ) {
            switch (parser.next()) {
                case START_OBJECT, START_ARRAY -> {
                    if (++depth > MAX_DEPTH) {
                        throw bad("nested more than " + MAX_DEPTH + " deep");
                    }
                }
                case END_OBJECT, END_ARRAY -> depth--;
                default -> { }
            }
        }
    }

    // why: parsers agree on where the text they have consumed ends, not on where a value starts, so the value is what lies
    // between the end of what came before it and its own end, less the colon or comma
    private static String between(String json, int from, int to) {
        int i = from;
        while (isSpace(json.charAt(i)) || json.charAt(i) == ':' || json.charAt(i) == ',') {
            i++;
        }
        return json.substring(i, to).stripTrailing();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private static BadMessageException bad(String why) {
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
