package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import dev.bellhop.server.RedisProcess;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A real Redis Cluster for tests, on free ports: masters that share the slots, each with as many replicas as wanted.
 *
 * <p>Not thread-safe, but for what the commands' methods return.
 */
public final class RedisCluster extends OwnRedis {
    private static final Duration SOON = Duration.ofSeconds(90);

    private final List<Member> members = new ArrayList<>();
    private final Thread atExit = new Thread(() -> members.forEach(Member::kill), "kill-redis-cluster");
    private RedisClusterClient client;
    private StatefulRedisClusterConnection<String, String> connection;

    private RedisCluster() {}

    /** One Redis of the cluster. */
    public static final class Member {
        private final int port = RedisServer.freePort();
        private final int bus = RedisServer.freePort();
        private final Path directory = Servers.target().resolve("it").resolve("redis-" + port);
        private final RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        private RedisProcess process;
        private RedisCommands<String, String> commands;
        private boolean frozen;

        private Member() {}

        public int port() {
            return port;
        }

        /** Its id in the cluster. */
        public String id() {
            return commands().clusterMyId();
        }

        /** To this one alone: it does not follow where a slot has moved. */
        public RedisCommands<String, String> commands() {
            if (commands == null) {
                commands = client.connect().sync();
            }
            return commands;
        }

        public void start() {
            try {
                process = RedisProcess.start(directory, RedisServer.configuration(directory, true), port, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(bus),
                        "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no", "--cluster-config-file", "nodes-" + port + ".conf", "--repl-diskless-sync-delay", "0", "--appendonly", "yes");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean runs() {
            return !frozen && process.handle().isAlive();
        }

        /** Holds it still, as a host would be that does not answer; or lets it go on. */
        public void freeze(boolean freeze) {
            frozen = freeze;
            try {
                int exit = new ProcessBuilder("kill", freeze ? "-STOP" : "-CONT", Long.toString(process.handle().pid())).inheritIO().start().waitFor();
                if (exit != 0) {
                    throw new IllegalStateException("kill ended with " + exit);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Ends it at once, as a power cut would. */
        public void kill() {
            if (process != null) {
                process.kill();
            }
        }
    }

    /** A new, empty one; returns when it takes commands for each slot. */
    public static RedisCluster create(int masters, int replicasOfEach) {
        RedisCluster cluster = new RedisCluster();
        Runtime.getRuntime().addShutdownHook(cluster.atExit);
        try {
            cluster.start(masters, replicasOfEach);
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void start(int masters, int replicasOfEach) {
        for (int i = 0; i < masters * (1 + replicasOfEach); i++) {
            Member member = new Member();
            members.add(member);
            RedisServer.lose(member.directory);
            member.start();
        }
        Member first = members.get(0);
        for (int i = 0; i < masters; i++) {
            int from = SlotHash.SLOT_COUNT * i / masters;
            int to = SlotHash.SLOT_COUNT * (i + 1) / masters;
            members.get(i).commands().clusterSetConfigEpoch(i + 1);
            members.get(i).commands().clusterAddSlots(IntStream.range(from, to).toArray());
        }
        for (Member member : members.subList(1, members.size())) {
            // why by hand: Lettuce's own method leaves out the port of the bus
            member.commands().dispatch(CommandType.CLUSTER, new StatusOutput<>(StringCodec.UTF8),
                    new CommandArgs<>(StringCodec.UTF8).add("MEET").add("127.0.0.1").add(first.port).add(first.bus));
        }
        for (int i = masters; i < members.size(); i++) {
            Member replica = members.get(i);
            String master = members.get(i % masters).id();
            await().atMost(SOON).ignoreExceptions().until(() -> replica.commands().clusterReplicate(master).equals("OK"));
        }
        awaitWhole();
        client = RedisClusterClient.create(members.stream().map(member -> RedisURI.create("127.0.0.1", member.port)).toList());
        connection = client.connect();
    }

    /** Waits until all members know each other and each slot is served. */
    public void awaitWhole() {
        await().atMost(SOON).pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(() -> members.stream().allMatch(member -> {
            String info = member.commands().clusterInfo();
            return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + members.size()) && info.contains("cluster_slots_ok:16384");
        }));
    }

    /** The settings with which a node of Bellhop uses it, with no more rights than {@code server-config/redis} gives it. */
    public String uris() {
        return members.stream().map(member -> "redis://bellhop:change-me-bellhop@127.0.0.1:" + member.port).collect(Collectors.joining(","));
    }

    @Override
    public List<String> settings() {
        return List.of("bellhop.redis.uri=" + uris(), "bellhop.redis.cluster=true");
    }

    /** Commands that go to whichever member has the slot. May do everything. */
    public RedisClusterCommands<String, String> commands() {
        return connection.sync();
    }

    public List<Member> members() {
        return List.copyOf(members);
    }

    /** Who serves this slot, as the first that runs has it. */
    public Member masterOf(int slot) {
        return members.stream().filter(member -> slotsOf(member).contains(slot)).findFirst().orElseThrow();
    }

    /** The slots that it serves, as the first that runs has it. */
    public Set<Integer> slotsOf(Member of) {
        return slotsOf(of, members.stream().filter(Member::runs).findFirst().orElseThrow());
    }

    /** The slots that it serves, as it has them itself: others learn of a change later. */
    public Set<Integer> ownSlotsOf(Member of) {
        return slotsOf(of, of);
    }

    private static Set<Integer> slotsOf(Member of, Member asked) {
        Set<Integer> slots = new HashSet<>();
        asked.commands().clusterNodes().lines().filter(line -> line.contains(":" + of.port + "@")).forEach(line -> {
            String[] words = line.split(" ");
            for (int i = 8; i < words.length; i++) {
                if (!words[i].startsWith("[")) {
                    String[] range = words[i].split("-");
                    IntStream.rangeClosed(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1])).forEach(slots::add);
                }
            }
        });
        return slots;
    }

    /** How many bytes the members have sent each other on the bus, as the system counts them on the connections that are open now; 0 where there is no {@code ss}. */
    public long busBytes() {
        try {
            Process ss = new ProcessBuilder("ss", "-tinH", "state", "established").redirectErrorStream(true).start();
            List<String> lines = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            Set<String> buses = members.stream().map(member -> ":" + member.bus).collect(Collectors.toSet());
            long bytes = 0;
            for (int i = 0; i + 1 < lines.size(); i++) { // each connection has a line, and one with what is counted of it
                String[] ends = lines.get(i).strip().split("\\s+");
                if (Arrays.stream(ends).anyMatch(end -> buses.contains(end.substring(Math.max(0, end.lastIndexOf(':')))))) {
                    bytes += Arrays.stream(lines.get(i + 1).split("\\s+")).filter(word -> word.startsWith("bytes_sent:")).mapToLong(word -> Long.parseLong(word.substring("bytes_sent:".length()))).sum();
                }
            }
            return bytes;
        } catch (IOException none) {
            return 0;
        }
    }

    /** One that would take over from this master. */
    public Member replicaOf(Member master) {
        String id = master.id();
        return members.stream().filter(member -> member.runs() && member.commands().clusterNodes().lines()
                .anyMatch(line -> line.contains("myself,slave") && line.split(" ")[3].equals(id))).findFirst().orElseThrow();
    }

    /** Moves slots with all their keys, one after another. */
    public void move(Collection<Integer> slots, Member to) {
        for (int slot : slots) {
            Member from = masterOf(slot);
            if (from != to) {
                beginMove(slot, from, to);
                endMove(slot, from, to);
            }
        }
    }

    /** From now on the slot moves; its keys go with {@link #moveKeys}. */
    public void beginMove(int slot, Member from, Member to) {
        to.commands().clusterSetSlotImporting(slot, from.id());
        from.commands().clusterSetSlotMigrating(slot, to.id());
    }

    /** @return how many keys went over */
    public int moveKeys(int slot, Member from, Member to, int most) {
        List<String> keys = from.commands().clusterGetKeysInSlot(slot, most);
        if (!keys.isEmpty()) {
            from.commands().migrate("127.0.0.1", to.port, 0, 10_000, MigrateArgs.Builder.keys(keys));
        }
        return keys.size();
    }

    /** The slot has moved, with all its keys. */
    public void endMove(int slot, Member from, Member to) {
        while (moveKeys(slot, from, to, 100) > 0) {
            continue;
        }
        String id = to.id();
        to.commands().clusterSetSlotNode(slot, id);
        from.commands().clusterSetSlotNode(slot, id);
        members.stream().filter(member -> member != to && member != from && member.commands().role().get(0).equals("master"))
                .forEach(member -> member.commands().clusterSetSlotNode(slot, id));
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
        members.forEach(member -> {
            member.client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            member.kill();
        });
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
