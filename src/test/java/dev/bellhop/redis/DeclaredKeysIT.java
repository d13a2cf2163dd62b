package dev.bellhop.redis;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static dev.bellhop.it.MessageText.ttl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Node;
import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.Monitor;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.presence.Presence;
import dev.bellhop.presence.RollCall;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.schedule.Schedule;
import dev.bellhop.stats.History;
import dev.bellhop.stats.Watchers;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scripts touch the keys that they name and no others: in a slot that moves, Redis Cluster refuses others, and messages were lost. */
class DeclaredKeysIT {
    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode node = TestNode.start(redis, "bellhop.inbox.max-messages=5", "bellhop.partitions=2").awaitRedis();

    @Test
    void eachScriptNamesEachKeyThatItTouches() throws IOException {
        List<String> scripts = new ArrayList<>();
        try (Monitor monitor = Monitor.of(redis)) {
            redis.commands().scriptFlush(); // why: only a script that Redis does not know is sent as text
            useEverything();
            List<String> named = List.of();
            for (Monitor.Command command : monitor.commands()) {
                List<String> words = command.words();
                String name = words.get(0).toUpperCase(Locale.ROOT);
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
        assertThat(files()).as("scripts that this test has not run").allSatisfy(file -> assertThat(scripts).anyMatch(script -> script.contains(file)));
    }

    /** Each file of each package, as Redis shows it. A script is one or several of them. */
    private static List<String> files() throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(Path.of("src/main/resources/dev/bellhop"))) {
            for (Path file : (Iterable<Path>) all.filter(path -> path.toString().endsWith(".lua"))::iterator) {
                files.add(Files.readString(file).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            }
        }
        return files;
    }

    private static void useEverything() {
        long now = (long) (redis.time() * 1000);
        for (int i = 0; i < 8; i++) {
            node.inbox().publish("u", List.of(draft("a" + i, 0), draft("b" + i, now + 100), draft(null, now + 60_000), draft("b" + i, 0))).join();
        }
        Position last = node.inbox().resume("u", null, null, 3).join().end();
        node.inbox().markDelivered(Map.of("u", last)).join();
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
        redis.schedule(1, message("n", to("u"), ttl(60)));
        redis.schedule(1, message("n", to("v")));
        redis.add("nonsense");
        redis.add(message("n", to("v")));
        node.withIngest().promotion().run();
        await().until(() -> redis.commands().zcard(RedisServer.SCHEDULED) == 0 && redis.commands().xlen(RedisServer.STREAM) == 0);
        node.ingestReader().stop();
        new RejectedList(node.redis(), node.partitions()).newest(10).join();
        useBoards();
        useNodes();
        usePages();
    }

    private static void useBoards() {
        node.groups().add("g", "u").join();
        node.boards().publish("group:g", List.of(draft("e", 0), draft("e", 0), draft(null, 4_000_000_000_000L))).join();
        node.boards().newest("group:g", 10, 1_000).join();
        node.boards().latest("group:g").join();
        node.boards().state("u").join();
        node.groups().remove("g", "u").join();
    }

    private static void useNodes() {
        Watchers watchers = new Watchers(node.redis(), node.keys());
        watchers.add("u").join();
        redis.commands().zadd(node.keys().watchers(), 1, "gone");
        watchers.add("v").join();
        watchers.now().join();
        History history = new History(node.redis(), node.keys(), new Node());
        history.add(Map.of("connections", 1)).join();
        history.sums().join();
        Presence presence = new Presence(node.redis(), node.keys(), new Node());
        presence.write("u", 1).join();
        redis.commands().hset(node.keys().connections("u"), "died", "1 1");
        presence.of("u").join();
        new RollCall(node.redis(), node.keys(), presence).answer("u", "q", new RollCall.Answer("n", "[]")).join();
    }

    private static void usePages() {
        TestPage page = node.withPages().open("u").login(null);
        await().until(() -> page.frames().stream().anyMatch(frame -> frame.contains("\"login\"")));
        page.send(message("chat", data(1)));
        await().until(() -> redis.commands().xlen(node.keys().consumer()) == 1);
        page.leave();
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
