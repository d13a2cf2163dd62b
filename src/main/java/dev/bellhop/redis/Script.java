package dev.bellhop.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One Lua script, kept as a resource beside the package that uses it. Redis runs it atomically; it touches one hash slot.
 *
 * <p>Immutable. Sent by its digest (<a href="https://redis.io/docs/latest/commands/evalsha/">EVALSHA</a>), in full only
 * when Redis does not know it yet.
 */
public final class Script {
    private final String text;
    private final String digest;
    private final ScriptOutputType output;

    /**
     * @param owner     beside whose class file the resources lie
     * @param output    what the script returns
     * @param resources file names, put together in this order
     */
    public Script(Class<?> owner, ScriptOutputType output, String... resources) {
        StringBuilder all = new StringBuilder();
        for (String resource : resources) {
            all.append(read(owner, resource)).append('\n');
        }
        this.text = all.toString();
        this.digest = sha1(text);
        this.output = output;
    }

    /** Runs it; the outcome is that of {@link Redis#call}. */
    public <T> CompletableFuture<T> run(Redis redis, String[] keys, String... args) {
        return redis.<T>call(commands -> commands.evalsha(digest, output, keys, args)).exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause instanceof RedisNoScriptException
                    ? redis.call(commands -> commands.eval(text, output, keys, args))
                    : CompletableFuture.failedFuture(cause);
        });
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
