package dev.bellhop.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis as a child process: the executable that {@code embedded-redis} brings along, with its files in a directory
 * of ours, so that nothing is left elsewhere.
 */
public final class RedisProcess implements AutoCloseable {

    private static final int START_SECONDS = 10;
    private static final String OWN = System.getProperty("redis.executable", "");
    private static final Pattern VERSION = Pattern.compile("v=([0-9.]+)");

    private final Process process;

    private RedisProcess(Process process) {
        this.process = process;
    }

    /** The version of the Redis that comes along, such as {@code 7.0.15}, or of the one that {@code -Dredis.executable=…} names. */
    public static String version() throws IOException {
        if (OWN.isEmpty()) {
            return RedisExecProvider.redisVersion;
        }
        String said = new String(new ProcessBuilder(OWN, "--version").redirectErrorStream(true).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher version = VERSION.matcher(said);
        if (!version.find()) {
            throw new IOException(OWN + " is no Redis: " + said.strip());
        }
        return version.group(1);
    }

    /**
     * Starts Redis and returns when it answers.
     *
     * @param directory where its executable, its log and, if {@code settings} say so, its data lie
     * @param settings  more of {@code redis.conf}, as options: {@code "--appendonly", "yes"}
     * @throws IOException if there is no Redis for this system, or it does not answer in time
     */
    public static RedisProcess start(Path directory, int port, String... settings) throws IOException {
        return start(directory, null, port, settings);
    }

    /** The same, of a Redis that has kept nothing: what lies in the directory goes. */
    public static RedisProcess startEmpty(Path directory, int port, String... settings) throws IOException {
        Installation.delete(directory);
        return start(directory, port, settings);
    }

    /**
     * As {@link #start(Path, int, String...)}, with a configuration file that the settings go before.
     *
     * @param configuration may be null
     */
    public static RedisProcess start(Path directory, Path configuration, int port, String... settings) throws IOException {
        List<String> options = new ArrayList<>();
        if (configuration != null) {
            options.add(configuration.toString());
        }
        options.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1",
                "-::1", "--dir", directory.toString(), "--save", "", "--appendonly", "no"));
        options.addAll(List.of(settings));
        return launch(directory, port, options);
    }

    /**
     * Starts a Sentinel and returns when it answers.
     *
     * @param lines of {@code sentinel.conf}; it writes into that file what it finds out
     */
    public static RedisProcess sentinel(Path directory, int port, List<String> lines) throws IOException {
        List<String> all = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1 -::1", "dir \"" + directory + '"'));
        all.addAll(lines);
        Path configuration = Files.write(Files.createDirectories(directory).resolve("sentinel.conf"), all);
        return launch(directory, port, List.of(configuration.toString(), "--sentinel"));
    }

    private static RedisProcess launch(Path directory, int port, List<String> options) throws IOException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>(OwnGroup.prefix());
        command.add(executable(directory).toString());
        command.addAll(options);
        Path log = directory.resolve("redis.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        RedisProcess redis = new RedisProcess(process);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                redis.kill();
                throw new IOException("Redis does not start on port " + port + "; its log is " + log);
            }
            sleep();
        }
        return redis;
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends it as a power cut would: nothing is saved, connections break. */
    public void kill() {
        process.destroyForcibly();
        await(process, START_SECONDS);
    }

    @Override
    public void close() {
        process.destroy();
        if (!await(process, START_SECONDS)) {
            kill();
        }
    }

    /** Unpacks the executable once; runs at the same time share it. */
    private static Path executable(Path directory) throws IOException {
        if (!OWN.isEmpty()) {
            return Path.of(OWN);
        }
        Path unpacked;
        try {
            unpacked = RedisExecProvider.defaultProvider().get().toPath();
        } catch (RuntimeException e) {
            throw new IOException("No Redis comes along for this system: start one (7 or newer) and set BELLHOP_REDIS_URI", e);
        }
        Path executable = directory.resolve(unpacked.getFileName());
        try {
            if (Files.notExists(executable)) {
                Files.move(unpacked, executable);
            }
        } catch (FileAlreadyExistsException e) {
            // another run was faster
        } finally {
            // why by hand: the library deletes its temporary directory only when the JVM ends, if then
            Files.deleteIfExists(unpacked);
            Files.deleteIfExists(unpacked.getParent());
        }
        return executable;
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            // why also "-NOAUTH": it lets nobody in without a password, but it runs; "-LOADING" does not count
            String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
            return answer.equals("+PONG") || answer.equals("-NOAU");
        } catch (IOException e) {
            return false;
        }
    }

    static boolean await(Process process, int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
