package dev.bellhop.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WatchersIT {

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final TestNode node = TestNode.start(redis).awaitRedis();
    private final Watchers watchers = new Watchers(node.redis(), node.keys());

    private boolean add(String user) throws Exception {
        return watchers.add(user).get(5, TimeUnit.SECONDS);
    }

    @Test
    void whoWatchesIsForgottenUnlessTheySayItAgain() throws Exception {
        String key = node.keys().watchers();
        assertThat(watchers.now().get(5, TimeUnit.SECONDS)).isEmpty();
        assertThat(add("ann")).isTrue();
        assertThat(add("ann")).isTrue();
        assertThat(watchers.now().get(5, TimeUnit.SECONDS)).containsExactly("ann");
        assertThat(redis.commands().pttl(key)).isBetween(1L, Watchers.LASTS.toMillis());
        redis.commands().zadd(key, redis.time() * 1000 - 1, "ann");
        redis.commands().zadd(key, redis.time() * 1000 + 60_000, "ben");
        assertThat(watchers.now().get(5, TimeUnit.SECONDS)).containsExactly("ben");
        redis.commands().pexpire(key, 1);
        await().until(() -> redis.commands().exists(key) == 0);
    }

    @Test
    void notMoreThanSoManyWatchAtATime() throws Exception {
        for (int i = 0; i < Watchers.MOST; i++) {
            assertThat(add("user" + i)).isTrue();
        }
        assertThat(add("one-more")).isFalse();
        assertThat(add("user7")).as("who watches already").isTrue();
        redis.commands().zadd(node.keys().watchers(), redis.time() * 1000 - 1, "user3");
        assertThat(add("one-more")).as("in the place of one who went").isTrue();
        assertThat(redis.commands().zcard(node.keys().watchers())).isEqualTo(Watchers.MOST);
    }
}
