package dev.bellhop.publish;

/**
 * A message was not published within the limit, or Redis could not take it. Whether it was kept is open: with an id of your own it may be
 * published again, and is one message all the same.
 */
public final class PublishFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PublishFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
