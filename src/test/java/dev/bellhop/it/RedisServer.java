package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import dev.bellhop.server.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real Redis for tests, on a free port, with an append-only file: {@link #kill} and {@link #start} again, and it has what
 * it had; {@link #lose} in between, and it has nothing.
 *
 * <p>Not thread-safe, but for what {@link #commands} returns.
 */
public class RedisServer extends OwnRedis {

    public static final String CHANNEL = "websocket:producer:channel";
    public static final String STREAM = "{websocket}:producer:stream";
    public static final String SCHEDULED = "{websocket}:timing:messages";
    public static final String READER = "{websocket}:reader";
    public static final String REJECTED = "{websocket}:rejected";
    public static final String CONSUMER_STREAM = "websocket:consumer:stream";

    private final int port;
    private final Path directory;
    private final RedisClient client;
    private final Thread atExit = new Thread(this::kill, "kill-redis");
    private String fsync = "everysec";
    private boolean emptyForEachTest;
    private RedisProcess process;
    private StatefulRedisConnection<String, String> connection;

    RedisServer(int port) {
        this.port = port;
        this.directory = Servers.target().resolve("it").resolve("redis-" + port);
        this.client = RedisClient.create("redis://localhost:" + port);
    }

    /** A new, empty one. */
    public static RedisServer create() {
        RedisServer redis = new RedisServer(freePort());
        Runtime.getRuntime().addShutdownHook(redis.atExit);
        redis.lose();
        redis.start();
        return redis;
    }

    /** The same; and whatever a test has left in it is gone before the next. */
    public static RedisServer emptyForEachTest() {
        RedisServer redis = create();
        redis.emptyForEachTest = true;
        return redis;
    }

    @Override
    void prepare() {
        ensureStarted();
        if (emptyForEachTest) {
            await().ignoreExceptions().until(() -> commands().flushall().equals("OK"));
        }
    }

    @Override
    public List<String> settings() {
        return List.of("bellhop.redis.uri=" + uri());
    }

    /** For Bellhop: as a user with no more rights than {@code server-config/redis} gives it. */
    public String uri() {
        return uri("bellhop");
    }

    /** For tests that have Bellhop's connection do what Bellhop does not. */
    public String unrestrictedUri() {
        return "redis://localhost:" + port;
    }

    /** For one of the users of {@code server-config/redis}. */
    public String uri(String user) {
        return "redis://" + user + ":change-me-" + user + "@localhost:" + port;
    }

    public int port() {
        return port;
    }

    /** Whether nodes have to be told that it is a cluster. */
    boolean isCluster() {
        return false;
    }

    public void start() {
        try {
            process = RedisProcess.start(directory, configuration(directory, false), port, "--appendonly", "yes", "--appendfsync", fsync);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an operator would have it; but these tests themselves may do everything, and there is one more application. */
    static Path configuration(Path directory, boolean cluster) throws IOException {
        String conf = Files.readString(Servers.checkout().resolve("server-config/redis/bellhop.conf"));
        if (cluster) { // as the file says: put at the end of that line
            String more = conf.lines().filter(line -> line.startsWith("# +cluster|")).findFirst().orElseThrow();
            String without = conf.lines().filter(line -> line.startsWith("user bellhop ")).findFirst().orElseThrow();
            conf = conf.replace(without, without + more.substring(1));
        }
        String bellhop = conf.lines().filter(line -> line.startsWith("user bellhop ")).findFirst().orElseThrow();
        if (!conf.contains("user default off\n")) {
            throw new IllegalStateException("server-config/redis/bellhop.conf lets everybody do everything");
        }
        return Files.writeString(Files.createDirectories(directory).resolve("redis.conf"),
                conf.replace("user default off", "user default on nopass ~* &* +@all")
                        .replace(bellhop, bellhop.replace(" ~bellhop:*", " ~bellhop:* ~app:*").replace(" &bellhop:*", " &bellhop:* &app:*")));
    }

    /** From now on, also after a start: {@code always}, what is answered is on the disk; {@code everysec}, Redis's default. */
    public void fsync(String policy) {
        fsync = policy;
        commands().configSet("appendfsync", policy);
    }

    /** Starts it if a test has left it killed. */
    public void ensureStarted() {
        if (!process.handle().isAlive()) {
            start();
        }
    }

    /** Ends it at once, connections and all; what clients were told is kept, but for the last second's writes. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Ends it in order and starts it again with what it had. */
    public void restart() {
        process.close();
        start();
    }

    /** Deletes what is on its disk; to be called while it does not run. */
    public void lose() {
        lose(directory);
    }

    /** The same for any Redis: what another one with the same port has left there. */
    static void lose(Path directory) {
        try {
            if (Files.exists(directory)) {
                try (Stream<Path> files = Files.list(directory)) {
                    for (Path file : (Iterable<Path>) files.filter(file -> file.getFileName().toString().startsWith("nodes"))::iterator) {
                        Files.delete(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path data = directory.resolve("appendonlydir");
        if (Files.exists(data)) {
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A connection of its own, opened at first use, that finds its way back after a restart. */
    public RedisClusterCommands<String, String> commands() {
        if (connection == null) {
            connection = client.connect();
        }
        return connection.sync();
    }

    /** As a producer does: not kept. */
    public long publish(String message) {
        return commands().publish(CHANNEL, message);
    }

    /** As a producer does: kept. */
    public String add(String message) {
        return commands().xadd(STREAM, Map.of("message", message));
    }

    /** As a producer does: kept, to be sent at that time of Redis's clock. */
    public void schedule(double epochSeconds, String message) {
        commands().zadd(SCHEDULED, epochSeconds, message);
    }

    /** How many bytes it has sent to all that are connected, since it started. */
    public long sentBytes() {
        String name = "total_net_output_bytes:";
        return commands().info("stats").lines().filter(line -> line.startsWith(name)).mapToLong(line -> Long.parseLong(line.substring(name.length()).strip())).sum();
    }

    /** Redis's own clock, in seconds. */
    public double time() {
        var time = commands().time();
        return Long.parseLong(time.get(0)) + Long.parseLong(time.get(1)) / 1e6;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        kill();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
