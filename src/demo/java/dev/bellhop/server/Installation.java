package dev.bellhop.server;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A node's own directory; the unpacked server is shared and nobody writes to it.
 *
 * @param name     of the node; unique on this machine
 * @param base     the directory
 * @param http     its HTTP port; its other ports keep their distance from it
 * @param checkout where {@code server-config} and {@code src/demo} lie
 * @param users    who may log in
 * @param wars     deployed when the server starts
 * @param jdk      what it runs on
 */
public record Installation(String name, Path base, int http, Path checkout, Users users, List<Path> wars, Path jdk) {

    /** One that runs on this process's own JDK. */
    public Installation(String name, Path base, int http, Path checkout, Users users, List<Path> wars) {
        this(name, base, http, checkout, users, wars, Path.of(System.getProperty("java.home")));
    }

    /** The same on another JDK. */
    public Installation on(Path other) {
        return new Installation(name, base, http, checkout, users, wars, other);
    }

    /** The first number of the JDK's version. */
    int jdkFeature() throws IOException {
        Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(jdk.resolve("release"))) {
            release.load(reader);
        }
        return Runtime.Version.parse(release.getProperty("JAVA_VERSION").replace("\"", "")).feature();
    }

    Path config(String file) {
        return checkout.resolve("server-config").resolve(file);
    }

    Path demo(String file) {
        return checkout.resolve("src/demo").resolve(file);
    }

    /** Runs one of the server's own tools to its end. */
    static String run(ProcessBuilder tool) throws IOException {
        Process process = tool.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!RedisProcess.await(process, 120) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", tool.command()) + " failed:\n" + output);
        }
        return output;
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
