package dev.bellhop.it;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Bellhop writes to the log in the tests' own JVM, from warnings up, for tests that care.
 *
 * <p>Why a finder of loggers: one of the servers' libraries on the tests' class path is one too, and keeps each line until its server starts.
 */
public final class LogLines extends System.LoggerFinder implements AutoCloseable {
    private static final Set<LogLines> OPEN = ConcurrentHashMap.newKeySet();

    private final List<String> lines = new ArrayList<>();

    /** From now on, until closed. */
    public static LogLines open() {
        LogLines lines = new LogLines();
        OPEN.add(lines);
        return lines;
    }

    public synchronized List<String> all() {
        return List.copyOf(lines);
    }

    public synchronized void clear() {
        lines.clear();
    }

    private synchronized void add(String line) {
        lines.add(line);
    }

    @Override
    public void close() {
        OPEN.remove(this);
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Listening(name);
    }

    /** Hands on what comes. */
    private record Listening(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.WARNING.getSeverity() && name.startsWith("dev.bellhop.");
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
            if (isLoggable(level)) {
                OPEN.forEach(open -> open.add(text + (thrown == null ? "" : ": " + thrown)));
            }
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            log(level, bundle, parameters == null || parameters.length == 0 ? format : MessageFormat.format(format, parameters), (Throwable) null);
        }
    }
}
