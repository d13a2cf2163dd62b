package dev.bellhop.redis;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Node;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import dev.bellhop.presence.Presence;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.Range;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two Bellhops with names of their own on one Redis, each with the rights that {@code server-config/redis} describes, know nothing of each other. */
class SharedRedisIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    /** As settings.md has it. */
    private static final String[] SECOND = {"bellhop.key-prefix=two:", "bellhop.ingest-stream={two}:producer:stream", "bellhop.channel=two:producer:channel",
        "bellhop.consumer-stream=two:consumer:stream"};

    @Test
    void onOneRedis() throws IOException {
        try (RedisServer redis = RedisServer.create()) {
            addSecondUser(redis.commands(), "user bellhop ");
            areApart(redis.commands(), redis.uri(), redis.uri("two"), List.of());
        }
    }

    @Test
    void onOneCluster() throws IOException {
        try (RedisCluster cluster = RedisCluster.create(3, 0)) {
            for (RedisCluster.Member member : cluster.members()) {
                addSecondUser(member.commands(), "user bellhop ", "# +cluster|");
            }
            areApart(cluster.commands(), cluster.uris(), cluster.uris().replace("bellhop:change-me-bellhop@", "two:change-me-two@"), List.of("bellhop.redis.cluster=true"));
        }
    }

    /** As the file says: the same line with the other names. */
    private static void addSecondUser(RedisClusterCommands<String, String> redis, String... lines) throws IOException {
        CommandArgs<String, String> rules = new CommandArgs<>(StringCodec.UTF8).add("SETUSER");
        for (String start : lines) {
            String line = Files.readAllLines(Path.of("server-config/redis/bellhop.conf")).stream().filter(one -> one.startsWith(start)).findFirst().orElseThrow();
            Stream.of(line.split(" ")).skip(1).forEach(word -> rules.add(word.equals("bellhop") || word.startsWith(">") ? word.replace("bellhop", "two")
                    : word.replace("bellhop:", "two:").replace("{websocket}:", "{two}:").replace("websocket:", "two:")));
        }
        assertThat(redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), rules)).isEqualTo("OK");
    }

    private static TestNode node(String uris, List<String> settings, String... more) {
        String[] all = Stream.concat(settings.stream(), Arrays.stream(more)).toArray(String[]::new);
        return TestNode.start(uris, all).awaitRedis().withPages().withIngest().withPromotion();
    }

    private static void areApart(RedisClusterCommands<String, String> redis, String firstUris, String secondUris, List<String> settings) {
        try (TestNode first = node(firstUris, settings); TestNode second = node(secondUris, settings, SECOND)) {
            TestPage ofFirst = loggedIn(first);
            TestPage ofSecond = loggedIn(second);
            throughEachDoor(redis, first, ofFirst, "first");
            throughEachDoor(redis, second, ofSecond, "second");
            await().atMost(SOON).until(() -> notices(ofFirst).size() >= 5 && notices(ofSecond).size() >= 5);
            await().atMost(SOON).until(() -> redis.llen(first.keys().rejected()) > 0 && redis.llen(second.keys().rejected()) > 0);

            Schedule scheduled = schedule(first);
            String id = scheduled.list(null, 10, null).join().items().get(0).id();
            assertThat(scheduled.cancel(id).join().outcome()).isEqualTo(Schedule.Outcome.DONE);
            assertThat(scheduled.list(null, 10, null).join().items()).isEmpty();
            assertThat(schedule(second).list(null, 10, null).join().items()).as("under the same id").singleElement().extracting(Schedule.Item::id).isEqualTo(id);

            // what would still come to the wrong page comes before these
            add(redis, first, "alice", "first", "last");
            add(redis, second, "alice", "second", "last");
            await().atMost(SOON).until(() -> notices(ofFirst).size() >= 6 && notices(ofSecond).size() >= 6);
            holdsItsOwnAlone(redis, first, ofFirst, "first");
            holdsItsOwnAlone(redis, second, ofSecond, "second");

            first.inbox().announceLoginEnded("alice", "login of alice").join();
            await().atMost(SOON).until(() -> ofFirst.closeCode() == 4401);
            add(redis, second, "alice", "second", "after it");
            await().atMost(SOON).until(() -> notices(ofSecond).size() == 7);
            assertThat(ofSecond.closeCode()).isZero();

            refused(first, second);
            refused(second, first);
        }
    }

    private static void refused(TestNode one, TestNode other) {
        for (String key : List.of(other.keys().marks("alice"), other.keys().board("everyone"), other.keys().nodes(), other.keys().consumer())) {
            assertThatThrownBy(() -> one.redis().call(commands -> commands.exists(key)).join()).as(key).hasMessageContaining("NOPERM");
        }
        assertThatThrownBy(() -> one.redis().call(commands -> commands.xlen(other.keys().ingest())).join()).hasMessageContaining("NOPERM");
        assertThatThrownBy(() -> one.redis().call(commands -> commands.publish(other.keys().shared(), "{}")).join()).hasMessageContaining("NOPERM");
        assertThatThrownBy(() -> one.redis().call(commands -> commands.publish(other.keys().channel("alice"), "d4403")).join()).hasMessageContaining("NOPERM");
    }

    private static void throughEachDoor(RedisClusterCommands<String, String> redis, TestNode node, TestPage page, String name) {
        redis.publish(node.keys().shared(), notice("alice", name, null));
        add(redis, node, "alice", name, "same id");
        add(redis, node, "*", name, "same id for everybody");
        redis.xadd(node.keys().ingest(), Map.of("message", "nonsense"));
        redis.zadd(node.keys().scheduled(), 1, notice("alice", name, "same id of the zset"));
        schedule(node).add(new Message("notice", "alice", '"' + name + '"', "same id of the API", 0), Instant.now().plusMillis(300)).join();
        schedule(node).add(new Message("notice", "alice", '"' + name + '"', "same id, later", 0), Instant.now().plusSeconds(3_600)).join();
        page.send(message("chat", text(name)));
        presence(node).writeNode("{\"name\":\"" + name + "\"}").join();
    }

    private static void holdsItsOwnAlone(RedisClusterCommands<String, String> redis, TestNode node, TestPage page, String name) {
        assertThat(notices(page)).hasSize(6).allSatisfy(frame -> assertThat(frame).contains("\"data\":\"" + name + '"'));
        assertThat(redis.llen(node.keys().rejected())).isEqualTo(1);
        assertThat(redis.get(node.keys().reader())).as("who reads").endsWith(' ' + node.name());
        assertThat(presence(node).nodes().join().values()).containsExactly("{\"name\":\"" + name + "\"}");
        await().atMost(SOON).untilAsserted(() -> assertThat(redis.xrange(node.keys().consumer(), Range.unbounded())).singleElement()
                .satisfies(entry -> assertThat(entry.getBody()).containsEntry("data", '"' + name + '"').containsEntry("node", node.name())));
    }

    private static void add(RedisClusterCommands<String, String> redis, TestNode node, String user, String name, String id) {
        redis.xadd(node.keys().ingest(), Map.of("message", notice(user, name, id)));
    }

    private static String notice(String user, String name, String id) {
        return "{\"msg_type\":\"notice\",\"to_user_id\":\"" + user + "\",\"data\":\"" + name + '"' + (id == null ? "" : ",\"id\":\"" + id + '"') + '}';
    }

    private static Schedule schedule(TestNode node) {
        return new Schedule(node.redis(), node.partitions(), node.promotion());
    }

    private static Presence presence(TestNode node) {
        return new Presence(node.redis(), node.keys(), new Node());
    }

    private static TestPage loggedIn(TestNode node) {
        TestPage page = node.open("alice").login(null);
        await().atMost(SOON).until(() -> page.from() != null);
        return page;
    }

    private static List<String> notices(TestPage page) {
        return page.frames().stream().filter(frame -> frame.contains("\"msg_type\":\"notice\"")).toList();
    }
}
