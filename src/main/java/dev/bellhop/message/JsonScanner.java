package dev.bellhop.message;

import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;

/**
 * Walks over a JSON text once and checks it (<a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>, nothing more lenient).
 *
 * <p>Not thread-safe. It keeps no state outside its instance and knows no class of the server's, so it behaves the same on each server
 * and leaves no class loader behind.
 */
final class JsonScanner {
    private final String text;
    private int at;

    JsonScanner(String text) {
        this.text = text;
    }

    /** Takes the character if it comes next, after white space. */
    boolean take(char expected) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    /** @throws BadMessageException if another character comes next, after white space */
    void expect(char expected) throws BadMessageException {
        if (!take(expected)) {
            throw Json.bad("not valid JSON");
        }
    }

    /** Whether nothing but white space is left. */
    boolean isAtEnd() {
        skipSpace();
        return at == text.length();
    }

    /** Takes a field's name and the colon after it. */
    String name() throws BadMessageException {
        expect('"');
        String name = string();
        expect(':');
        return name;
    }

    /** Takes one value of any kind. */
    Value value() throws BadMessageException {
        skipSpace();
        int from = at;
        if (from < text.length() && text.charAt(from) == '"') {
            at++;
            String content = string();
            return new Value(Type.STRING, text.substring(from, at), content);
        }
        Type type = skipValue(0);
        String raw = text.substring(from, at);
        return new Value(type, raw, raw);
    }

    private void skipSpace() {
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private Type skipValue(int depth) throws BadMessageException {
        skipSpace();
        char first = at < text.length() ? text.charAt(at) : 0;
        switch (first) {
            case '"' -> {
                at++;
                skipString();
                return Type.STRING;
            }
            case '{' -> {
                at++;
                skipObject(deeper(depth));
                return Type.OBJECT;
            }
            case '[' -> {
                at++;
                skipArray(deeper(depth));
                return Type.ARRAY;
            }
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> {
                skipWord("null");
                return Type.NULL;
            }
            default -> {
                skipNumber();
                return Type.NUMBER;
            }
        }
        return Type.BOOLEAN;
    }

    private static int deeper(int depth) throws BadMessageException {
        if (depth == Json.MAX_DEPTH) {
            throw Json.bad("nested more than " + Json.MAX_DEPTH + " deep");
        }
        return depth + 1;
    }

    private void skipObject(int depth) throws BadMessageException {
        if (take('}')) {
            return;
        }
        do {
            expect('"');
            skipString();
            expect(':');
            skipValue(depth);
        } while (take(','));
        expect('}');
    }

    private void skipArray(int depth) throws BadMessageException {
        if (take(']')) {
            return;
        }
        do {
            skipValue(depth);
        } while (take(','));
        expect(']');
    }

    private void skipWord(String word) throws BadMessageException {
        if (!text.startsWith(word, at)) {
            throw Json.bad("not valid JSON");
        }
        at += word.length();
    }

    private void skipNumber() throws BadMessageException {
        skip('-');
        if (!skip('0')) {
            skipDigits();
        }
        if (skip('.')) {
            skipDigits();
        }
        if (skip('e') || skip('E')) {
            if (!skip('+')) {
                skip('-');
            }
            skipDigits();
        }
    }

    private boolean skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipDigits() throws BadMessageException {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == from) {
            throw Json.bad("not valid JSON");
        }
    }

    /** From behind the opening quote to behind the closing one; returns the content. */
    private String string() throws BadMessageException {
        int from = at;
        return skipString() ? unescaped(from, at - 1) : text.substring(from, at - 1);
    }

    /** From behind the opening quote to behind the closing one; returns whether there was an escape. */
    private boolean skipString() throws BadMessageException {
        boolean escaped = false;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return escaped;
            }
            if (c == '\\') {
                escaped = true;
                skipEscape();
            } else if (c < 0x20) {
                break;
            }
        }
        throw Json.bad("not valid JSON");
    }

    private void skipEscape() throws BadMessageException {
        char c = at < text.length() ? text.charAt(at++) : 0;
        if (c == 'u') {
            for (int end = at + 4; at < end; at++) {
                if (at == text.length() || Character.digit(text.charAt(at), 16) < 0 || text.charAt(at) > 'f') { // why f: digit() knows other scripts
                    throw Json.bad("not valid JSON");
                }
            }
        } else if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw Json.bad("not valid JSON");
        }
    }

    /** The content of a string that has been checked. */
    private String unescaped(int from, int to) {
        StringBuilder content = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = text.charAt(++i);
                switch (c) {
                    case 'b' -> c = '\b';
                    case 'f' -> c = '\f';
                    case 'n' -> c = '\n';
                    case 'r' -> c = '\r';
                    case 't' -> c = '\t';
                    case 'u' -> {
                        c = (char) Integer.parseInt(text, i + 1, i + 5, 16);
                        i += 4;
                    }
                    default -> { } // a quote, a slash or a backslash stands for itself
                }
            }
            content.append(c);
        }
        return content.toString();
    }
}
