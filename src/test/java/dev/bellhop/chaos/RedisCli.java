package dev.bellhop.chaos;

import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisCluster.Member;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What an administrator of a cluster has at hand. */
final class RedisCli {
    private static final Duration SOON = Duration.ofSeconds(90);

    private RedisCli() {}

    /** Whether it is installed. */
    static boolean isThere() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).anyMatch(directory -> Files.isExecutable(Path.of(directory, "redis-cli")));
    }

    /**
     * Moves that many of a master's slots, its lowest.
     *
     * @return those that have moved
     */
    static Set<Integer> reshard(RedisCluster cluster, int slots, Member from, Member to) {
        Set<Integer> moved = cluster.ownSlotsOf(from);
        List<String> command = List.of("redis-cli", "--cluster", "reshard", "127.0.0.1:" + from.port(), "--cluster-from", from.id(), "--cluster-to", to.id(),
                "--cluster-slots", Integer.toString(slots), "--cluster-yes");
        // why again: it begins only where all members agree who has which slot, and they learn of a change one after another
        await().atMost(SOON).pollInterval(Duration.ofMillis(500)).until(() -> !run(command).contains("Nodes don't agree"));
        await().atMost(SOON).until(() -> cluster.ownSlotsOf(from).size() == moved.size() - slots);
        moved.removeAll(cluster.ownSlotsOf(from));
        return moved;
    }

    /** @return what it says; fails if it fails, but for that the members do not agree */
    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0 && !said.contains("Nodes don't agree")) {
            throw new IllegalStateException(command + " ended with " + exit + ": " + said.substring(Math.max(0, said.length() - 1_000)));
        }
        return said;
    }
}
