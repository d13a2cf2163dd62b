package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisServer;
import dev.bellhop.server.RedisProcess;
import dev.bellhop.stock.Commands;
import dev.bellhop.stock.Shell;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may do what in Redis by {@code server-config/redis}. That Bellhop may do enough, all other tests show: they run by it. */
class RightsIT {

    private static final Path CHECKOUT = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();

    @RegisterExtension
    final RedisServer redis = RedisServer.create();

    private final List<RedisClient> clients = new ArrayList<>();

    private RedisCommands<String, String> as(String user) {
        return connect(redis.uri(user));
    }

    @AfterEach
    void stop() {
        clients.forEach(client -> client.shutdown(Duration.ZERO, Duration.ofSeconds(2)));
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
        producer.xadd("{websocket:3}:producer:stream", Map.of("message", "{}"));
        producer.zadd("{websocket:3}:timing:messages", 1, "{}");
        refused(() -> producer.set("{websocket:3}:reader", "x"));
        redis.commands().set("bellhop:{alice}:marks", "x");
        refused(() -> producer.get("bellhop:{alice}:marks"));
        refused(() -> producer.xadd("bellhop:{alice}:inbox", Map.of("frame", "{}")));
        refused(() -> producer.publish("bellhop:{alice}", "d4403"));
        refused(() -> producer.zrange("{websocket}:timing:messages", 0, -1));
        refused(() -> producer.del("{websocket}:producer:stream"));
        refused(() -> producer.eval("return 1", ScriptOutputType.INTEGER));
        refused(() -> producer.configGet("*"));
    }

    /** As redis-py's pipelines do it, and in the database of an application of its own. */
    @Test
    void aProducerMaySendATransaction() {
        RedisCommands<String, String> producer = as("producer");
        producer.select(1);
        producer.multi();
        producer.xadd("{websocket}:producer:stream", Map.of("message", "{}"));
        producer.zadd("{websocket}:timing:messages", 1, "{}");
        assertThat(producer.exec().wasDiscarded()).isFalse();
        producer.multi();
        assertThat(producer.discard()).isEqualTo("OK");
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

    /** With the rights that the file adds for a cluster. */
    @Test
    void bellhopKeepsToItsOwnOnAClusterToo() {
        try (RedisCluster cluster = RedisCluster.create(3, 0)) {
            RedisClusterClient client = RedisClusterClient.create(Arrays.stream(cluster.uris().split(",")).map(RedisURI::create).toList());
            try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
                RedisClusterCommands<String, String> bellhop = connection.sync();
                assertThat(bellhop.spublish("bellhop:{u}", "x")).isZero();
                refused(() -> bellhop.spublish("somebody:else", "x"));
                refused(() -> bellhop.set("somebody:else", "x"));
                assertThatThrownBy(() -> bellhop.eval("return redis.call('SPUBLISH', 'somebody:{u}', 'x')", ScriptOutputType.INTEGER, "bellhop:{u}:marks"))
                        .as("each version of Redis words it in its own way").isInstanceOf(RedisCommandExecutionException.class).hasMessageContaining("channel");
                assertThat((Long) bellhop.eval("return redis.call('SPUBLISH', 'bellhop:{u}', 'x')", ScriptOutputType.INTEGER, "bellhop:{u}:marks")).isZero();
                refused(() -> bellhop.clusterMeet("127.0.0.1", 1));
            } finally {
                client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            }
        }
    }

    /** As an operator has it who includes the file and changes nothing. */
    @Test
    void theFileLeavesAnAdministratorAndNobodyElse() throws IOException {
        int port = freePort();
        try (RedisProcess shipped = RedisProcess.start(directory("shipped"), CHECKOUT.resolve("server-config/redis/bellhop.conf"), port)) {
            assertThat(shipped.handle().isAlive()).isTrue();
            RedisCommands<String, String> admin = connect("redis://admin:change-me-admin@localhost:" + port);
            assertThat(admin.aclList()).hasSize(5);
            assertThat(admin.configSet("maxmemory", "1gb")).isEqualTo("OK");
            assertThat(admin.flushall()).isEqualTo("OK");
            assertThatThrownBy(() -> connect("redis://localhost:" + port).get("x")).hasStackTraceContaining("NOAUTH");
        }
    }

    /** By the tutorial's command: who was there goes on as before. */
    @Test
    void aRedisThatOthersUseGetsTheUsersAlone() throws IOException {
        int port = freePort();
        Path directory = directory("others");
        try (RedisProcess others = RedisProcess.start(directory, port)) {
            assertThat(others.handle().isAlive()).isTrue();
            RedisCommands<String, String> before = connect("redis://localhost:" + port);
            Shell shell = new Shell(directory, directory.resolve("output.txt")).with("BELLHOP", CHECKOUT.toString());
            for (Commands.Step step : Commands.of(CHECKOUT.resolve(Commands.TUTORIAL), "a Redis that others use")) {
                Shell.require("redis-cli");
                shell.run(step.script().replace("6379", Integer.toString(port)));
            }
            assertThat(before.set("somebody:else", "x")).isEqualTo("OK");
            assertThat(before.configGet("maxmemory-policy")).containsEntry("maxmemory-policy", "noeviction");
            assertThat(connect("redis://bellhop:change-me-bellhop@localhost:" + port).set("bellhop:x", "1")).isEqualTo("OK");
            assertThat(connect("redis://producer:change-me-producer@localhost:" + port).xadd("{websocket}:producer:stream", Map.of("message", "{}"))).isNotNull();
            refused(() -> connect("redis://consumer:change-me-consumer@localhost:" + port).get("somebody:else"));
            assertThat(before.aclList()).hasSize(4);
        }
    }

    private RedisCommands<String, String> connect(String uri) {
        RedisClient client = RedisClient.create(uri);
        clients.add(client);
        return client.connect().sync();
    }

    private static Path directory(String name) throws IOException {
        return Files.createDirectories(CHECKOUT.resolve("target/it/rights-" + name));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
