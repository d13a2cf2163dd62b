package dev.bellhop.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One Lua script, kept as a resource beside the package that uses it. Redis runs it atomically; it touches one hash slot.
 *
 * <p>Immutable. Sent by its digest (<a href="https://redis.io/docs/latest/commands/evalsha/">EVALSHA</a>), in full only
 * when Redis does not know it yet.
 */
public final class Script {
    private static final int MOST_TRIES = 20;
    private static final int TRY_AGAIN_MILLIS = 100;

    private final String text;
    private final String digest;

    /**
     * @param owner     beside whose class file the resources lie
     * @param resources file names, put together in this order; those of another package by their whole path, with a slash before it
     */
    public Script(Class<?> owner, String... resources) {
        StringBuilder all = new StringBuilder();
        for (String resource : resources) {
            all.append(read(owner, resource)).append('\n');
        }
        this.text = all.toString();
        this.digest = sha1(text);
    }

    /**
     * Runs it; the outcome is that of {@link Redis#call}.
     *
     * <p>While a slot moves from one Redis to another, a cluster refuses what needs several keys, and after a master has changed the
     * connection to the new one may not stand yet. Nothing has been done then, so it is tried again for up to two seconds.
     *
     * @param keys each one that the script touches; a cluster may refuse others
     */
    public CompletableFuture<Reply> run(Redis redis, String[] keys, String... args) {
        return run(redis, keys, args, 1).thenApply(Reply::new);
    }

    /**
     * As {@link #run}, of a script that does without its last key where there is none: a cluster runs no script in a slot that is half
     * moved if one of its keys is missing, and says of a single key at any time whether it is there.
     *
     * @param keys the last one is that which mostly is not there
     */
    public CompletableFuture<Reply> runWithLastKeyIfThere(Redis redis, String[] keys, String... args) {
        String last = keys[keys.length - 1];
        return runUnlessHalfMoved(redis, keys, args).thenCompose(whole -> whole.isPresent()
                ? CompletableFuture.completedFuture(whole.get())
                : redis.call(commands -> commands.exists(last))
                        .thenCompose(there -> run(redis, there > 0 ? keys : Arrays.copyOf(keys, keys.length - 1), args)));
    }

    /** As {@link #run}, but where the keys' slot is half moved and one of them is missing, it gives nothing at once. */
    public CompletableFuture<Optional<Reply>> runUnlessHalfMoved(Redis redis, String[] keys, String... args) {
        return run(redis, keys, args, MOST_TRIES).thenApply(value -> Optional.of(new Reply(value))).exceptionallyCompose(failure -> {
            Throwable cause = Failures.cause(failure);
            if (isHalfMoved(cause)) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return isNotSentYet(cause) ? again(redis, keys, args, 1).thenApply(value -> Optional.of(new Reply(value))) : CompletableFuture.failedFuture(cause);
        });
    }

    private CompletableFuture<List<Object>> run(Redis redis, String[] keys, String[] args, int tries) {
        return redis.<List<Object>>call(commands -> commands.evalsha(digest, ScriptOutputType.MULTI, keys, args)).exceptionallyCompose(failure -> {
            Throwable cause = Failures.cause(failure);
            return cause instanceof RedisNoScriptException
                    ? redis.<List<Object>>call(commands -> commands.eval(text, ScriptOutputType.MULTI, keys, args))
                    : CompletableFuture.failedFuture(cause);
        }).exceptionallyCompose(failure -> {
            Throwable cause = Failures.cause(failure);
            if (tries == MOST_TRIES || !isNotSentYet(cause)) {
                return CompletableFuture.failedFuture(cause);
            }
            return again(redis, keys, args, tries);
        });
    }

    private CompletableFuture<List<Object>> again(Redis redis, String[] keys, String[] args, int tries) {
        CompletableFuture<List<Object>> result = new CompletableFuture<>();
        redis.later(() -> run(redis, keys, args, tries + 1).whenComplete((value, again) -> {
            if (again == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(Failures.cause(again));
            }
        }), TRY_AGAIN_MILLIS);
        return result;
    }

    /**
     * Whether nothing has been done and a moment may mend it: a slot is half moved; or, in a cluster, Lettuce is still connecting to
     * the master and has not sent it. Without a cluster {@link Redis#call} knows whether Redis is connected.
     */
    private static boolean isNotSentYet(Throwable cause) {
        return isHalfMoved(cause) || String.valueOf(cause.getMessage()).startsWith("Currently not connected");
    }

    private static boolean isHalfMoved(Throwable cause) {
        return String.valueOf(cause.getMessage()).startsWith("TRYAGAIN");
    }

    private static String read(Class<?> owner, String resource) {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource + " beside " + owner.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
