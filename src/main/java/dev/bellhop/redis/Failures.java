package dev.bellhop.redis;

import java.util.concurrent.CompletionException;

/** What went wrong with a call to Redis. */
public final class Failures {
    private Failures() {}

    /** The failure itself, where a future that depends on the call has wrapped it. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
