package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.Monitor;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Scripts touch the keys that they name and no others: in a slot that moves, Redis Cluster refuses others, and messages were lost. */
class DeclaredKeysIT {
    /** Parts that other scripts begin with. */
    private static final Set<String> PARTS = Set.of("positions.lua", "common.lua", "announce.lua", "drafts.lua", "unread.lua", "find.lua");

    private static dev.bellhop.it.RedisServer redis;
    private static TestNode node;

    @BeforeAll
    static void start() {
        redis = dev.bellhop.it.RedisServer.create();
        node = TestNode.start(redis.uri(), "bellhop.inbox.max-messages=5", "bellhop.partitions=2").awaitRedis();
    }

    @AfterAll
    static void stop() {
        node.close();
        redis.close();
    }

    @Test
    void eachScriptNamesEachKeyThatItTouches() throws IOException {
        Set<String> scripts = new HashSet<>();
        try (Monitor monitor = Monitor.of(redis)) {
            useEverything();
            List<String> named = List.of();
            for (Monitor.Command command : monitor.commands()) {
                List<String> words = command.words();
                String name = words.get(0).toUpperCase(java.util.Locale.ROOT);
                if (command.inScript()) {
                    assertThat(named).as("what %s touches", words).containsAll(keys(words));
                } else if (name.startsWith("EVAL")) {
                    named = words.subList(3, 3 + Integer.parseInt(words.get(2)));
                    if (name.equals("EVAL")) {
                        scripts.add(words.get(1));
                    }
                }
            }
        }
        int files = 0;
        for (String folder : new String[] {"inbox", "ingest", "partition", "rejected", "schedule"}) {
            try (Stream<Path> all = Files.list(Path.of("src/main/resources/dev/bellhop", folder))) {
                files += (int) all.filter(file -> file.toString().endsWith(".lua") && !PARTS.contains(file.getFileName().toString())).count();
            }
        }
        assertThat(scripts).as("scripts that this test has run").hasSize(files);
    }

    private static void useEverything() {
        long now = (long) (redis.time() * 1000);
        for (int i = 0; i < 8; i++) {
            node.inbox().publish("u", List.of(draft("a" + i, 0), draft("b" + i, now + 100), draft(null, now + 60_000), draft("b" + i, 0))).join();
        }
        Position last = node.inbox().resume("u", null, null, 3).join().end();
        node.inbox().markDelivered("u", last).join();
        await().until(() -> redis.time() * 1000 > now + 100);
        node.inbox().markRead("u", new Position(last.epoch(), 2), "-").join();
        redis.commands().hdel(node.keys().marks("u"), "replid");
        node.inbox().publish("u", List.of(draft("c", 0))).join();
        redis.commands().xadd(node.keys().inbox("u"), new io.lettuce.core.XAddArgs().id("9999999999999-1"), Map.of("frame", "{}"));
        node.inbox().publish("u", List.of(draft("d", 0))).join();
        node.inbox().markRead("u", last, "-").join();
        node.inbox().page("u", null, 10).join();
        node.inbox().announceLoginEnded("u", "login").join();

        Schedule schedule = new Schedule(node.redis(), node.partitions(), node.promotion());
        Instant later = Instant.now().plusSeconds(3_600);
        String id = schedule.add(new Message("n", "u", "1", "x", 0, 1_000), later).join();
        schedule.move(id, later.plusSeconds(1)).join();
        schedule.list(null, 10, null).join();
        schedule.cancel(id).join();
        redis.schedule(2e9, "nonsense");
        schedule.cancel(schedule.list(null, 1, null).join().items().get(0).id()).join();
        redis.schedule(1, "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"ttl\":60}");
        redis.schedule(1, "{\"msg_type\":\"n\",\"to_user_id\":\"v\"}");
        redis.add("nonsense");
        redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"v\"}");
        node.withIngest().promotion().run();
        await().until(() -> redis.commands().zcard(dev.bellhop.it.RedisServer.SCHEDULED) == 0 && redis.commands().xlen(dev.bellhop.it.RedisServer.STREAM) == 0);
        node.ingestReader().stop();
    }

    private static Draft draft(String id, long expiresAt) {
        return new Draft(new Message("n", "u", "1", id, expiresAt), null);
    }

    /** As Redis itself tells. */
    private static List<String> keys(List<String> command) {
        try {
            return redis.commands().dispatch(CommandType.COMMAND, new ValueListOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).add("GETKEYS").addValues(command));
        } catch (RedisCommandExecutionException none) {
            return List.of();
        }
    }
}
