package dev.bellhop.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A person's shell in a directory. */
public final class Shell {

    private static final int SECONDS = 180;

    private final Path directory;
    private final Path output;
    private final Map<String, String> environment = new TreeMap<>();

    /**
     * @param directory where commands run
     * @param output    a file for what the commands print, and what goes on behind them
     */
    public Shell(Path directory, Path output) {
        this.directory = directory;
        this.output = output;
    }

    public Shell with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /**
     * Runs some lines and returns what they print. What they leave running goes on.
     *
     * @throws IOException if one of them fails; the message has what they printed
     */
    public String run(String script) throws IOException {
        long before = Files.exists(output) ? Files.size(output) : 0;
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(directory.toFile())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        int end = end(builder);
        byte[] all = Files.readAllBytes(output);
        String printed = new String(all, (int) before, all.length - (int) before, java.nio.charset.StandardCharsets.UTF_8);
        if (end != 0) {
            throw new IOException("exit code " + end + " of:\n" + script + "\nwhich printed:\n" + printed);
        }
        return printed;
    }

    /** Skips the test if a tool is not on this machine; in CI, where {@code .ci/run} installs it, fails. */
    public static void require(String tool) {
        boolean there = Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
        if (System.getenv("CI") != null) {
            assertThat(there).as(tool).isTrue();
        }
        assumeThat(there).as(tool + " is not on this machine").isTrue();
    }

    /** Runs one command to its end. */
    static void run(Path directory, List<String> command) throws IOException {
        if (end(new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)) != 0) {
            throw new IOException(command + " failed");
        }
    }

    private static int end(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("not done after " + SECONDS + " s: " + builder.command());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
