package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may do what in Redis by {@code server-config/redis}. That Bellhop may do enough, all other tests show: they run by it. */
class RightsIT {

    private final dev.bellhop.it.Redis redis = dev.bellhop.it.Redis.create();
    private final List<RedisClient> clients = new java.util.ArrayList<>();

    private RedisCommands<String, String> as(String user) {
        RedisClient client = RedisClient.create(redis.uri(user));
        clients.add(client);
        return client.connect().sync();
    }

    @AfterEach
    void stop() {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
        redis.close();
    }

    private static void refused(Runnable command) {
        assertThatThrownBy(command::run).isInstanceOf(RedisCommandExecutionException.class).hasMessageContaining("NOPERM");
    }

    @Test
    void aProducerWritesToTheThreeDoorsAndReadsNothing() {
        RedisCommands<String, String> producer = as("producer");
        assertThat(producer.publish("websocket:producer:channel", "{}")).isZero();
        producer.xadd("{websocket}:producer:stream", Map.of("message", "{}"));
        producer.zadd("{websocket}:timing:messages", 1, "{}");
        redis.commands().set("bellhop:{alice}:marks", "x");
        refused(() -> producer.get("bellhop:{alice}:marks"));
        refused(() -> producer.xadd("bellhop:{alice}:inbox", Map.of("frame", "{}")));
        refused(() -> producer.publish("bellhop:{alice}", "d4403"));
        refused(() -> producer.zrange("{websocket}:timing:messages", 0, -1));
        refused(() -> producer.del("{websocket}:producer:stream"));
        refused(() -> producer.eval("return 1", io.lettuce.core.ScriptOutputType.INTEGER));
        refused(() -> producer.configGet("*"));
    }

    @Test
    @SuppressWarnings("unchecked") // of Lettuce's varargs
    void aConsumerReadsWhatPagesSendAndNothingElse() {
        RedisCommands<String, String> consumer = as("consumer");
        redis.commands().xadd("websocket:consumer:stream", Map.of("msg_type", "order"));
        consumer.xgroupCreate(StreamOffset.from("websocket:consumer:stream", "0"), "app", XGroupCreateArgs.Builder.mkstream());
        assertThat(consumer.xreadgroup(Consumer.from("app", "one"), StreamOffset.lastConsumed("websocket:consumer:stream"))).hasSize(1);
        refused(() -> consumer.xadd("websocket:consumer:stream", Map.of("msg_type", "forged")));
        refused(() -> consumer.xrange("{websocket}:producer:stream", io.lettuce.core.Range.unbounded()));
        refused(() -> consumer.publish("websocket:producer:channel", "{}"));
    }

    @Test
    void bellhopKeepsToItsOwn() {
        RedisCommands<String, String> bellhop = as("bellhop");
        refused(() -> bellhop.set("somebody:else", "x"));
        refused(() -> bellhop.publish("somebody:else", "x"));
        refused(() -> bellhop.keys("*"));
        refused(bellhop::flushall);
        refused(() -> bellhop.configSet("maxmemory", "1"));
        assertThat(redis.commands().configGet("maxmemory-policy")).containsEntry("maxmemory-policy", "noeviction");
    }
}
