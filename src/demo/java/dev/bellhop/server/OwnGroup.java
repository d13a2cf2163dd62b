package dev.bellhop.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Starts a child process in a session of its own where the system can, so that Ctrl-C in the terminal reaches only the
 * launcher, which then stops its children in order: the server before its Redis.
 */
final class OwnGroup {

    private OwnGroup() {
    }

    /** What to put before a command; empty where there is no {@code setsid}. */
    static List<String> prefix() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(directory -> Path.of(directory, "setsid"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .map(List::of)
                .orElse(List.of());
    }
}
