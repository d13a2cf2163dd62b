package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import dev.bellhop.server.RedisGroup;
import dev.bellhop.server.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A real master with two replicas under three Sentinels, for tests, on free ports.
 *
 * <p>Not thread-safe, but for what {@link #commands} returns.
 */
public final class RedisSentinel implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String NAME = "bellhop";

    private final List<Member> members = List.of(new Member(), new Member(), new Member());
    private final List<Sentinel> sentinels = List.of(new Sentinel(), new Sentinel(), new Sentinel());
    private final Thread atExit = new Thread(this::end, "kill-redis-sentinel");
    private RedisClient client;
    private RedisCommands<String, String> commands;
    private Member lastMaster;

    private RedisSentinel() {}

    private static Path directory(int port) {
        return Servers.target().resolve("it").resolve("redis-" + port);
    }

    private static final class Sentinel {
        private final int port = RedisServer.freePort();
        private RedisProcess process;

        private void start(int master) {
            try {
                process = RedisProcess.sentinel(directory(port), port, RedisGroup.sentinelLines(master));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One Redis: the master, or a replica. */
    public static final class Member {
        private final int port = RedisServer.freePort();
        private final RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        private RedisProcess process;
        private RedisCommands<String, String> commands;

        private Member() {}

        public int port() {
            return port;
        }

        /** To this one alone. */
        public RedisCommands<String, String> commands() {
            if (commands == null) {
                commands = client.connect().sync();
            }
            return commands;
        }

        /** With what it had. It takes itself for a master, as one does that returns; Sentinel tells it otherwise. */
        public void start() {
            start(List.of());
        }

        private void start(List<String> more) {
            List<String> settings = new ArrayList<>(List.of("--appendonly", "yes", "--repl-diskless-sync-delay", "0"));
            settings.addAll(more);
            try {
                process = RedisProcess.start(directory(port), RedisServer.configuration(directory(port), false), port, settings.toArray(String[]::new));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean isMaster() {
            return process.handle().isAlive() && commands().role().get(0).equals("master");
        }

        /** Ends it at once, as a power cut would. */
        public void kill() {
            if (process != null) {
                process.kill();
            }
        }
    }

    /** A new, empty one; returns when the Sentinels know all and each other. */
    public static RedisSentinel create() {
        RedisSentinel made = new RedisSentinel();
        Runtime.getRuntime().addShutdownHook(made.atExit);
        try {
            made.members.forEach(member -> RedisServer.lose(directory(member.port)));
            made.startAll(made.members.get(0));
            made.sentinels.forEach(sentinel -> sentinel.start(made.members.get(0).port));
            made.awaitWhole();
            made.client = RedisClient.create(made.unrestrictedUri());
            made.commands = made.client.connect().sync();
            return made;
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    private void startAll(Member master) {
        master.start();
        members.stream().filter(member -> member != master).forEach(member -> member.start(List.of("--replicaof", "127.0.0.1 " + master.port)));
    }

    /** Waits until the Sentinels agree on a master that runs, and both others replicate from it. */
    public void awaitWhole() {
        await().atMost(SOON).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(() -> {
            Member master = master();
            return master.commands().info("replication").lines().filter(line -> line.startsWith("slave") && line.contains("state=online")).count() == 2
                    && sentinels.stream().allMatch(sentinel -> RedisGroup.ask(sentinel.port, "INFO sentinel").contains("status=ok,address=127.0.0.1:" + master.port + ",slaves=2,sentinels=3"));
        });
    }

    /** Who is the master, as they say themselves. */
    public Member master() {
        return members.stream().filter(Member::isMaster).findFirst().orElseThrow();
    }

    public List<Member> members() {
        return members;
    }

    /** Has the Sentinels choose another master now. */
    public void failover() {
        RedisGroup.ask(sentinels.get(0).port, "SENTINEL FAILOVER " + NAME);
    }

    /** The setting with which a node of Bellhop uses it, with no more rights than {@code server-config/redis} gives it. */
    public String uri() {
        return uri("bellhop:change-me-bellhop");
    }

    /** For tests that do what Bellhop does not. */
    public String unrestrictedUri() {
        return uri("default:none");
    }

    /** @param user and password */
    private String uri(String user) {
        return "redis-sentinel://" + user + '@' + sentinels.stream().map(sentinel -> "127.0.0.1:" + sentinel.port).collect(Collectors.joining(",")) + '#' + NAME;
    }

    /** To whoever is the master. May do everything. */
    public RedisCommands<String, String> commands() {
        return commands;
    }

    /** Ends all at once; {@link #startAgain} brings them back with what they had. */
    void kill() {
        lastMaster = master();
        sentinels.forEach(sentinel -> sentinel.process.kill()); // first, or they would choose another master
        members.forEach(Member::kill);
    }

    void startAgain() {
        startAll(lastMaster);
        sentinels.forEach(sentinel -> sentinel.start(lastMaster.port));
    }

    private void end() {
        sentinels.stream().filter(sentinel -> sentinel.process != null).forEach(sentinel -> sentinel.process.kill());
        members.forEach(Member::kill);
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
        members.forEach(member -> member.client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
        end();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
