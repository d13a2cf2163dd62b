package dev.bellhop.redis;

import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Script} has returned, value by value in the order in which it returned them. A script that returns one value
 * gives a reply of one.
 *
 * <p>Not thread-safe: one reader, who reads it once.
 */
public final class Reply {
    private final List<?> values;
    private int read;

    Reply(List<?> values) {
        this.values = values;
    }

    public boolean hasNext() {
        return read < values.size();
    }

    /** How many values have not been read. */
    public int left() {
        return values.size() - read;
    }

    /** Whether the next value is a text that begins so. */
    public boolean begins(String start) {
        return hasNext() && values.get(read) instanceof String text && text.startsWith(start);
    }

    /** The next value, a text. */
    public String text() {
        return (String) next(String.class);
    }

    /** The next value, an integer; some scripts return it as a text, since Lua's numbers would lose digits. */
    public long number() {
        Object value = next(Object.class);
        return value instanceof String text ? Long.parseLong(text) : (Long) value;
    }

    /** The next value, 1 or 0. */
    public boolean flag() {
        return number() == 1;
    }

    /** The next value, a position; null if there is none: an empty text, or something that is none of ours. */
    public Position position() {
        return Position.parse(text()).orElse(null);
    }

    /** The next value, which is a list of its own. */
    public Reply list() {
        return new Reply((List<?>) next(List.class));
    }

    /** All that is left, each a text. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>(left());
        while (hasNext()) {
            texts.add(text());
        }
        return texts;
    }

    /** @throws IllegalStateException if the script does not return what the caller thinks: a fault of ours */
    private Object next(Class<?> type) {
        if (!hasNext()) {
            throw new IllegalStateException("the script has returned less");
        }
        Object value = values.get(read++);
        if (!type.isInstance(value)) {
            String found = value == null ? "nothing" : value.getClass().getSimpleName();
            throw new IllegalStateException("the script has returned " + found + ", not " + type.getSimpleName());
        }
        return value;
    }
}
