package dev.bellhop.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.config.Node;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import io.lettuce.core.XAddArgs;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HistoryIT {

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final TestNode one = TestNode.start(redis).awaitRedis();
    private final TestNode two = TestNode.start(redis).awaitRedis();

    private static History of(TestNode node) {
        return new History(node.redis(), node.keys(), new Node());
    }

    @Test
    void whatAllNodesHaveCountedIsRememberedForTenMinutes() throws Exception {
        String key = one.keys().history();
        long now = (long) (redis.time() * 1_000);
        for (long ago : new long[] {3_600_000, 601_000, 20_000}) {
            redis.commands().xadd(key, new XAddArgs().id(now - ago + "-0"), Map.of("node", "died", "connections", "5", "frames_sent", "0.5"));
        }
        of(one).add(Map.of("connections", 2, "frames_sent", 1.5)).get(5, TimeUnit.SECONDS);
        of(two).add(Map.of("connections", 3, "frames_sent", 0.0)).get(5, TimeUnit.SECONDS);
        Map<String, double[]> sums = of(two).sums().get(5, TimeUnit.SECONDS);
        assertThat(sums).containsOnlyKeys("connections", "frames_sent");
        assertThat(sums.get("connections")).hasSize(5).startsWith(5, 5, 0).endsWith(5);
        assertThat(sums.get("frames_sent")).startsWith(0.5).endsWith(1.5);
        assertThat(redis.commands().pttl(key)).isBetween(1L, 600_000L);
    }

    @Test
    void itDoesNotGrow() throws Exception {
        String key = one.keys().history();
        for (int i = 1; i <= 1_000; i++) {
            redis.commands().xadd(key, new XAddArgs().id(i + "-0"), Map.of("node", "died", "connections", "5"));
        }
        of(one).add(Map.of("connections", 2)).get(5, TimeUnit.SECONDS);
        assertThat(redis.commands().xlen(key)).isLessThanOrEqualTo(101); // Redis trims by blocks of a hundred
    }
}
