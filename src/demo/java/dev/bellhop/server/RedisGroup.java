package dev.bellhop.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Redis for the demonstration, in one of three shapes, each of processes on this machine alone: one; a cluster of three masters with a
 * replica each; or a master with two replicas, watched by three Sentinels.
 */
public final class RedisGroup implements AutoCloseable {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;
    private static final int SECONDS = 60;
    /** From a member's port to that of its cluster bus, or from the first member's to the first Sentinel's. */
    private static final int ASIDE = 10;
    private static final String SENTINEL_NAME = "bellhop";

    /** What {@code -Dredis=…} chooses. */
    public enum Shape {
        SINGLE(1, 0), CLUSTER(2 * MASTERS, 2 * MASTERS), SENTINEL(3, 3);

        private final int members;
        private final int others;

        Shape(int members, int others) {
            this.members = members;
            this.others = others;
        }

        /** @throws IllegalArgumentException for a name that is none; its message says which there are */
        public static Shape of(String name) {
            return switch (name) {
                case "", "single" -> SINGLE;
                case "cluster" -> CLUSTER;
                case "sentinel" -> SENTINEL;
                default -> throw new IllegalArgumentException("redis must be single, cluster or sentinel, not " + name);
            };
        }

        /** All that it takes, beginning with the one that was asked for. */
        public List<Integer> ports(int first) {
            return IntStream.concat(IntStream.range(first, first + members), IntStream.range(first + ASIDE, first + ASIDE + others)).boxed().toList();
        }
    }

    private final Shape shape;
    private final String version;
    private final Path directory;
    private final int port;
    private final Consumer<ProcessHandle> started;
    private final List<RedisProcess> processes = new ArrayList<>();

    private RedisGroup(Shape shape, Path directory, int port, Consumer<ProcessHandle> started) throws IOException {
        version = RedisProcess.version();
        this.shape = shape;
        this.directory = directory;
        this.port = port;
        this.started = started;
    }

    /**
     * Starts it and returns when it takes commands.
     *
     * @param started is told of each process at once
     */
    public static RedisGroup start(Shape shape, Path directory, int port, Consumer<ProcessHandle> started) throws IOException {
        RedisGroup group = new RedisGroup(shape, directory, port, started);
        try {
            switch (shape) {
                case SINGLE -> group.add(port);
                case CLUSTER -> group.startCluster();
                case SENTINEL -> group.startSentinels();
            }
            return group;
        } catch (IOException | RuntimeException e) {
            group.close();
            throw e;
        }
    }

    private void add(int at, String... settings) throws IOException {
        keep(RedisProcess.start(directory.resolve(Integer.toString(at)), at, settings));
    }

    private void keep(RedisProcess process) {
        processes.add(process);
        started.accept(process.handle());
    }

    private void startCluster() throws IOException {
        for (int i = 0; i < 2 * MASTERS; i++) {
            int at = port + i;
            Files.deleteIfExists(directory.resolve(Integer.toString(at)).resolve("nodes.conf")); // of a run before, whose data are gone
            add(at, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(at + ASIDE), "--cluster-config-file", "nodes.conf",
                    "--cluster-node-timeout", "3000", "--cluster-require-full-coverage", "no", "--repl-diskless-sync-delay", "0");
        }
        for (int i = 0; i < MASTERS; i++) {
            say(port + i, "CLUSTER SET-CONFIG-EPOCH " + (i + 1));
            say(port + i, "CLUSTER ADDSLOTSRANGE " + SLOTS * i / MASTERS + ' ' + (SLOTS * (i + 1) / MASTERS - 1));
        }
        for (int i = 1; i < 2 * MASTERS; i++) {
            say(port + i, "CLUSTER MEET 127.0.0.1 " + port + ' ' + (port + ASIDE));
        }
        for (int i = 0; i < MASTERS; i++) {
            int replica = port + MASTERS + i;
            String master = say(port + i, "CLUSTER MYID");
            until(() -> say(replica, "CLUSTER REPLICATE " + master).equals("OK"), "the replica on port " + replica + " does not find its master");
        }
        for (int i = 0; i < 2 * MASTERS; i++) {
            int at = port + i;
            until(() -> {
                String info = say(at, "CLUSTER INFO");
                return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + 2 * MASTERS);
            }, "the cluster is not whole on port " + at);
        }
    }

    private void startSentinels() throws IOException {
        add(port, "--repl-diskless-sync-delay", "0");
        for (int i = 1; i < Shape.SENTINEL.members; i++) {
            add(port + i, "--replicaof", "127.0.0.1 " + port, "--repl-diskless-sync-delay", "0");
        }
        for (int i = 0; i < Shape.SENTINEL.others; i++) {
            int at = port + ASIDE + i;
            keep(RedisProcess.sentinel(directory.resolve(Integer.toString(at)), at, sentinelLines(port)));
        }
        for (int i = 0; i < Shape.SENTINEL.others; i++) {
            int at = port + ASIDE + i;
            until(() -> say(at, "SENTINEL CKQUORUM " + SENTINEL_NAME).startsWith("OK") && say(at, "INFO sentinel").contains("slaves=" + (Shape.SENTINEL.members - 1)),
                    "the Sentinel on port " + at + " does not know the others");
        }
    }

    /** What a Sentinel is told of the master on this port. */
    public static List<String> sentinelLines(int master) {
        return List.of("sentinel monitor " + SENTINEL_NAME + " 127.0.0.1 " + master + " 2", "sentinel down-after-milliseconds " + SENTINEL_NAME + " 2000",
                "sentinel failover-timeout " + SENTINEL_NAME + " 3000");
    }

    /** For {@code bellhop.redis.uri}. */
    public String uri() {
        return switch (shape) {
            case SINGLE -> "redis://localhost:" + port;
            case CLUSTER -> shape.ports(port).stream().limit(shape.members).map(at -> "redis://127.0.0.1:" + at).collect(Collectors.joining(","));
            case SENTINEL -> "redis-sentinel://" + shape.ports(port).stream().skip(shape.members).map(at -> "127.0.0.1:" + at).collect(Collectors.joining(",")) + '#' + SENTINEL_NAME;
        };
    }

    /** For {@code bellhop.redis.cluster}. */
    public boolean isCluster() {
        return shape == Shape.CLUSTER;
    }

    /** How a person reaches it. */
    public String cli() {
        return "redis-cli " + (isCluster() ? "-c " : "") + "-p " + port;
    }

    /** For the launcher's output. */
    @Override
    public String toString() {
        List<Integer> ports = shape.ports(port);
        return "Redis " + version + switch (shape) {
            case SINGLE -> " on port " + port;
            case CLUSTER -> ", a cluster of three masters and three replicas, on ports " + port + " to " + ports.get(shape.members - 1);
            case SENTINEL -> ", a master on port " + port + " and two replicas, under three Sentinels on ports " + ports.get(shape.members) + " to " + ports.get(ports.size() - 1);
        };
    }

    // --- Redis's protocol, as far as it takes

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void until(Condition condition, String otherwise) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException("Redis has not started as it should: " + otherwise);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** One command to one Redis or Sentinel, given as in a terminal; the answer, or the text of its error. */
    public static String ask(int port, String command) {
        try {
            return say(port, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the answer, without the signs of the protocol; an error with its text */
    private static String say(int port, String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = answer.readLine();
            if (line == null || line.isEmpty()) {
                throw new IOException("Redis on port " + port + " does not answer to " + command);
            }
            if (line.charAt(0) != '$') {
                return line.substring(1);
            }
            char[] text = new char[Integer.parseInt(line.substring(1))];
            int read = 0;
            for (int n = answer.read(text); n > 0 && read < text.length; n = answer.read(text, read, text.length - read)) {
                read += n;
            }
            return new String(text, 0, read);
        }
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) { // why so: Sentinels first, or they would choose another master
            processes.get(i).close();
        }
    }
}
