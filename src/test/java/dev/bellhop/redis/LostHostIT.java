package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A Redis host that vanishes without a word: the connections stand, and nothing comes back on them. */
class LostHostIT {

    @Test
    void newConnectionsAreMadeWithinSeconds() throws Exception {
        try (RedisServer redis = RedisServer.create(); Proxy proxy = new Proxy(redis.port());
                TestNode node = TestNode.start(proxy.uri()).awaitRedis().withPages()) {
            assertThat(node.redis().call(commands -> commands.set("a", "1")).get()).isEqualTo("OK");
            proxy.lose();
            await().atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(ExecutionException.class)
                    .until(() -> node.redis().call(commands -> commands.get("a")).get().equals("1"));
            await().atMost(Duration.ofSeconds(60)).until(() -> node.pubSub().hears());
        }
    }
}
