package dev.bellhop.http;

/**
 * Whether {@code Accept} and {@code Content-Type} can be read (<a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1">RFC
 * 9110</a>).
 *
 * <p>Why not left to the server: some answer what they cannot read with a page of their own, before any code of ours is asked.
 */
final class MediaTypes {
    private final String text;
    private final boolean ranges;
    private int at;

    private MediaTypes(String text, boolean ranges) {
        this.text = text;
        this.ranges = ranges;
    }

    /** Whether it is a list of media ranges, each with its weight if it likes; an empty one is too. */
    static boolean isAccept(String header) {
        MediaTypes types = new MediaTypes(header, true);
        types.spaces();
        while (types.at < header.length()) {
            if (!types.is(',') && !(types.element() && (types.at == header.length() || types.is(',')))) {
                return false;
            }
            types.spaces();
        }
        return true;
    }

    /** Whether it is one media type. */
    static boolean isContentType(String header) {
        MediaTypes type = new MediaTypes(header, false);
        type.spaces();
        return type.element() && type.at == header.length();
    }

    /** One type and its parameters, with the white space behind them. */
    private boolean element() {
        String type = token();
        // why a star alone is one: some clients send it, and every server takes it for */*
        boolean typed = is('/') ? !type.isEmpty() && !token().isEmpty() : ranges && type.equals("*");
        spaces();
        while (typed && is(';')) {
            spaces();
            typed = at == text.length() || ";,".indexOf(text.charAt(at)) >= 0 || parameter();
            spaces();
        }
        return typed;
    }

    private boolean parameter() {
        String name = token();
        if (name.isEmpty() || !is('=')) {
            return false;
        }
        if (is('"')) {
            return quoted();
        }
        String value = token();
        return ranges && name.equalsIgnoreCase("q") ? value.matches("(0?\\.[0-9]{1,9}|0\\.?|1(\\.0{0,9})?)") : !value.isEmpty();
    }

    private boolean quoted() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c == '\\') {
                at++;
            }
        }
        return false;
    }

    private String token() {
        int from = at;
        while (at < text.length() && isTokenChar(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private static boolean isTokenChar(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private boolean is(char c) {
        boolean found = at < text.length() && text.charAt(at) == c;
        at += found ? 1 : 0;
        return found;
    }

    private void spaces() {
        while (is(' ') || is('\t')) {
            continue;
        }
    }
}
