package dev.bellhop.message;

/**
 * What a page or a producer sent cannot be used. Carries a {@link #code() code} for programs and a sentence for people;
 * neither repeats what was sent.
 */
public final class BadMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Not one JSON object. */
    public static final String BAD_JSON = "bad_json";
    /** JSON, but not a message. */
    public static final String BAD_MESSAGE = "bad_message";
    /** Longer than {@code bellhop.connection.max-message-size}. */
    public static final String TOO_LARGE = "too_large";

    private final String code;

    public BadMessageException(String code, String message) {
        super(message, null, false, false); // why no stack trace: thrown for each bad message, of which there may be many
        this.code = code;
    }

    public String code() {
        return code;
    }
}
