package dev.bellhop.rejected;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Counts what could not be used, and logs it: a producer's message with a shortened copy, and no more than once a minute for each door, so that
 * a producer gone wrong cannot fill the log.
 */
@SingleInstance
public class Rejections {
    private static final System.Logger LOG = System.getLogger(Rejections.class.getName());
    private static final int SHOWN = 200;

    private final Metrics metrics;
    private final Map<String, OncePerMinute> doors = new ConcurrentHashMap<>();

    @Inject
    public Rejections(Metrics metrics) {
        this.metrics = metrics;
    }

    /**
     * @param door where it came in: {@code channel}, {@code stream} and the like; never from outside
     * @param text what came
     */
    public void rejected(String door, BadMessageException why, String text) {
        log(ofAMessage(door, why, text));
    }

    Optional<String> ofAMessage(String door, BadMessageException why, String text) {
        return line(door, why, () -> "It began: " + excerpt(text));
    }

    /**
     * A frame of a page.
     *
     * @param length in characters. Why not the text: it is what a user has written, and may be private
     */
    public void refused(String user, BadMessageException why, int length) {
        log(ofAFrame(user, why, length));
    }

    Optional<String> ofAFrame(String user, BadMessageException why, int length) {
        return line("page", why, () -> "Its user is " + Json.quote(user) + ", and it has " + length + " characters.");
    }

    private static void log(Optional<String> line) {
        line.ifPresent(text -> LOG.log(System.Logger.Level.WARNING, text));
    }

    /** Empty within a minute of the last line of the same door. */
    private Optional<String> line(String door, BadMessageException why, Supplier<String> what) {
        metrics.counter("rejected", "Messages and frames that could not be used", "code", why.code()).add();
        OptionalLong heldBack = doors.computeIfAbsent(door, name -> new OncePerMinute()).next();
        if (heldBack.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("Rejected from the " + door + ": " + why.getMessage() + " (" + why.code() + "), and " + heldBack.getAsLong()
                + " more since the last such line. " + what.get());
    }

    /** The beginning of the text on one line, quoted and escaped. */
    public static String excerpt(String text) {
        return Json.quote(text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }
}
