package dev.bellhop.publish;

import dev.bellhop.publish.Problem.Code;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for Redis on behalf of a call: HTTP threads may wait, for a while. */
final class Answers {
    private static final long SECONDS = 5;

    private Answers() {}

    /** @throws Problem {@code unavailable} if Redis is away, takes too long or fails */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new Problem(Code.UNAVAILABLE, "Redis is away; this may or may not have been done, and with the same id may be repeated");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Code.UNAVAILABLE, "this node is stopping");
        }
    }
}
