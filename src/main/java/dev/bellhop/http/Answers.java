package dev.bellhop.http;

import dev.bellhop.metric.OncePerMinute;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for Redis on behalf of a call: HTTP threads may wait, for a while. */
final class Answers {
    private static final System.Logger LOG = System.getLogger(Answers.class.getName());
    private static final long SECONDS = 5;
    private static final OncePerMinute REFUSED = new OncePerMinute();

    private Answers() {}

    /** @throws Problem {@code unavailable} if Redis is away, takes too long or fails */
    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof RedisCommandExecutionException refused && REFUSED.next().isPresent()) {
                LOG.log(System.Logger.Level.WARNING,
                        "Redis refused a command of the HTTP API: {0}. Look for its memory limit, or keys that others have changed. The next such line is a minute away.",
                        refused.getMessage());
            }
            throw new Problem(Code.UNAVAILABLE, "Redis is away; this may or may not have been done, and with the same id may be repeated");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Code.UNAVAILABLE, "this node is stopping");
        }
    }
}
