package dev.bellhop.message;

/**
 * Writes one JSON text: the only place where JSON is put together.
 *
 * <p>Commas come by themselves. What {@link #raw} is given must be valid JSON already; everything else is quoted here. Not
 * thread-safe.
 */
public final class JsonWriter {
    private final StringBuilder out;

    /** Begins an empty text. */
    public JsonWriter() {
        this(64);
    }

    /** @param capacity about how many characters the text will have */
    public JsonWriter(int capacity) {
        out = new StringBuilder(capacity);
    }

    /** Begins an object: the text itself, or the next element of an array. */
    public JsonWriter object() {
        separate();
        out.append('{');
        return this;
    }

    /** Begins an object as a field's value. */
    public JsonWriter object(String name) {
        name(name);
        out.append('{');
        return this;
    }

    /** Ends the object that was begun last. */
    public JsonWriter endObject() {
        out.append('}');
        return this;
    }

    /** Begins an array: the text itself, or the next element of an array. */
    public JsonWriter array() {
        separate();
        out.append('[');
        return this;
    }

    /** Begins an array as a field's value. */
    public JsonWriter array(String name) {
        name(name);
        out.append('[');
        return this;
    }

    /** Ends the array that was begun last. */
    public JsonWriter endArray() {
        out.append(']');
        return this;
    }

    /** @param text may be null */
    public JsonWriter field(String name, String text) {
        name(name);
        quote(text);
        return this;
    }

    public JsonWriter field(String name, long number) {
        name(name);
        out.append(number);
        return this;
    }

    public JsonWriter field(String name, boolean truth) {
        name(name);
        out.append(truth);
        return this;
    }

    /** @param position written as a text; may be null */
    public JsonWriter field(String name, Position position) {
        return field(name, position == null ? null : position.toString());
    }

    /**
     * A field whose value is JSON already.
     *
     * @param json null for none
     */
    public JsonWriter raw(String name, String json) {
        name(name);
        out.append(json);
        return this;
    }

    /** The fields of another object, without its braces; may be empty. */
    public JsonWriter rawFields(String fields) {
        if (!fields.isEmpty()) {
            separate();
            out.append(fields);
        }
        return this;
    }

    /** The next element of an array. */
    public JsonWriter element(String text) {
        separate();
        quote(text);
        return this;
    }

    /** The next element of an array, which is JSON already. */
    public JsonWriter rawElement(String json) {
        separate();
        out.append(json);
        return this;
    }

    private void name(String name) {
        separate();
        Json.appendQuoted(out, name);
        out.append(':');
    }

    private void quote(String text) {
        if (text == null) {
            out.append("null");
        } else {
            Json.appendQuoted(out, text);
        }
    }

    // why the last character tells: a value never ends with an opening bracket or a colon
    private void separate() {
        char last = out.isEmpty() ? '[' : out.charAt(out.length() - 1);
        if (last != '{' && last != '[' && last != ':') {
            out.append(',');
        }
    }

    /** The text so far. */
    @Override
    public String toString() {
        return out.toString();
    }
}
