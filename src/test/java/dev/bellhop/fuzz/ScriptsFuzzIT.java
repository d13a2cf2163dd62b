package dev.bellhop.fuzz;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.redis.RedisAwayException;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The scripts as a door: whatever ids, names, texts and numbers they are given, they do all or nothing, and touch no other user. How
 * many calls: {@code -Dfuzz.inputs=1000000}, of which these take a tenth; which ones: {@code -Dfuzz.seed=1}.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
class ScriptsFuzzIT {
    private static final int CALLS = Integer.getInteger("fuzz.inputs", 20_000) / 10;
    private static final long SEED = Long.getLong("fuzz.seed", System.currentTimeMillis());
    private static final int MOST = 50;
    /** Of all keys, with a digest of what each holds. */
    private static final String ALL = """
            local all = {}
            for _, key in ipairs(redis.call('KEYS', '*')) do
              all[#all + 1] = key
              all[#all + 1] = redis.sha1hex(redis.call('DUMP', key) or '')
            end
            return all
            """;

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();
    private static final TestNode node = TestNode.start(redis, "bellhop.inbox.max-messages=" + MOST).awaitRedis();
    private static final TestNode reader = TestNode.start(redis).awaitRedis();

    private final Hostile hostile = new Hostile(new Random(SEED));
    private final Schedule schedule = new Schedule(node.redis(), node.partitions(), node.promotion());
    private List<String> users = someUsers();

    private List<String> someUsers() {
        return IntStream.range(0, 6).mapToObj(i -> hostile.name()).filter(name -> !name.equals(Address.STAR)).distinct().toList();
    }

    @Test
    void aScriptDoesAllOrNothingAndTouchesNoOtherUser() {
        Map<String, String> before = all();
        for (int call = 0; call < CALLS; call++) {
            String user = users.get(hostile.below(users.size()));
            String what = "seed " + SEED + ", call " + call + ", user " + user;
            boolean done = call(user, what);
            Map<String, String> after = all();
            String own = node.keys().channel(user) + ':';
            Map<String, String> changed = new HashMap<>(after);
            changed.entrySet().removeAll(before.entrySet());
            before.keySet().stream().filter(key -> !after.containsKey(key)).forEach(key -> changed.put(key, "gone"));
            // why not those of the stream, and the list of boards: what is due is promoted beside this test, and a board noted some time after
            assertThat(changed.keySet()).as(what).allMatch(key -> key.startsWith("{websocket}:") || key.equals(node.keys().boards()) || done && (key.startsWith(own) || !key.startsWith("bellhop:{")));
            before = after;
            if (after.containsKey(own + "inbox")) {
                isWhole(user, what);
            }
            if (call % 400 == 399) {
                redis.commands().flushall();
                users = someUsers();
                before = all();
            }
        }
    }

    private static Map<String, String> all() {
        List<Object> found = redis.commands().eval(ALL, ScriptOutputType.MULTI);
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < found.size(); i += 2) {
            all.put((String) found.get(i), (String) found.get(i + 1));
        }
        return all;
    }

    /** Calls one script. Returns whether it may have written. */
    private boolean call(String user, String what) {
        long now = System.currentTimeMillis();
        Position position = hostile.position();
        CompletableFuture<?> call;
        try {
            call = switch (hostile.below(14)) {
                case 0, 1, 2 -> node.inbox().publish(user, drafts(user, now));
                case 3 -> node.inbox().resume(user, hostile.oneIn(3) ? null : position, hostile.oneIn(2) ? null : hostile.position(), 1 + hostile.below(20));
                case 4 -> node.inbox().markDelivered(Map.of(user, position));
                case 5 -> node.inbox().markRead(user, position, hostile.text());
                case 6 -> node.inbox().page(user, hostile.oneIn(3) ? null : position, hostile.below(20));
                case 7 -> node.inbox().announceLoginEnded(user, hostile.text());
                case 8 -> node.boards().publish(Address.group(hostile.name()).board(), drafts(user, now));
                case 9 -> hostile.oneIn(3) ? node.groups().remove(hostile.name(), user) : node.groups().add(hostile.name(), user);
                case 10 -> schedule.add(hostile.message(user, now), hostile.time(now));
                case 11 -> schedule.list(hostile.oneIn(2) ? null : user, 1 + hostile.below(5), hostile.oneIn(2) ? null : hostile.text());
                case 12 -> schedule.cancel(scheduled());
                default -> schedule.move(scheduled(), hostile.time(now));
            };
        } catch (IllegalArgumentException refused) {
            return false; // before Redis has been asked
        }
        try {
            call.join();
            return true;
        } catch (CompletionException failed) {
            throw new AssertionError(what + " fails" + (failed.getCause() instanceof RedisAwayException ? " since Redis is away" : ""), failed);
        }
    }

    private List<Draft> drafts(String user, long now) {
        List<Draft> drafts = new ArrayList<>();
        do {
            drafts.add(new Draft(hostile.message(user, now), hostile.entry(), hostile.oneIn(3) ? hostile.millis(now) : 0));
        } while (!hostile.oneIn(3));
        return drafts;
    }

    /** The id of something that is scheduled, or anything. */
    private String scheduled() {
        List<Schedule.Item> items = schedule.list(null, 5, null).join().items();
        return items.isEmpty() || hostile.oneIn(3) ? hostile.text() : items.get(hostile.below(items.size())).id();
    }

    /** The inbox and its marks agree, so the script has not stopped halfway. */
    private static void isWhole(String user, String what) {
        List<StreamMessage<String, String>> entries = redis.commands().xrange(node.keys().inbox(user), Range.unbounded());
        Map<String, String> marks = redis.commands().hgetall(node.keys().marks(user));
        Position last = Position.of(marks.get("last"));
        assertThat(entries).as(what).hasSizeLessThanOrEqualTo(MOST);
        Position before = null;
        for (StreamMessage<String, String> entry : entries) {
            Position here = Position.of(entry.getId());
            assertThat(before == null || here.follows(before)).as("%s: %s then %s", what, before, here).isTrue();
            assertThat(entry.getBody()).as(what).containsKeys("frame", "at");
            before = here;
        }
        assertThat(before == null || before.equals(last)).as("%s: %s at the end, the mark is %s", what, before, last).isTrue();
    }

    @Test
    void whateverProducersWriteTheNextMessageArrives() {
        reader.withIngest();
        List<String> seeds = List.of(Door.PRODUCER, Door.FRAME, Door.HTTP).stream().flatMap(door -> door.corpus().stream()).toList();
        String user = "the next one";
        int sent = 0;
        for (int i = 0; i < CALLS; i++) {
            String text = seeds.get(hostile.below(seeds.size()));
            for (int more = hostile.below(4); more > 0; more--) {
                text = new Mutation(Mutation.Kind.values()[hostile.below(Mutation.Kind.values().length)], hostile.below(1_000), hostile.below(40), hostile.text()).of(text);
                text = text.substring(0, Math.min(text.length(), 2 * Door.MAX));
            }
            switch (hostile.below(3)) {
                case 0 -> redis.commands().xadd(RedisServer.STREAM, hostile.oneIn(9) ? hostile.text() : "message", text);
                case 1 -> redis.commands().xadd(RedisServer.STREAM, Map.of("message", text, hostile.text(), hostile.text()));
                default -> redis.schedule(hostile.oneIn(3) ? -hostile.number() : hostile.oneIn(9) ? Double.NEGATIVE_INFINITY : 0, text);
            }
            if (hostile.oneIn(20)) {
                redis.add(message("n", to(user), data(++sent)));
            }
            if (i % 200 == 199) {
                reader.promotion().run();
            }
        }
        redis.add(message("n", to(user), data(++sent)));
        await("seed " + SEED).atMost(Duration.ofMinutes(2)).until(() -> {
            reader.promotion().run();
            return redis.commands().zcard(RedisServer.SCHEDULED) == 0 && redis.commands().xlen(RedisServer.STREAM) == 0;
        });
        reader.ingestReader().stop();
        List<String> data = redis.commands().xrange(reader.keys().inbox(user), Range.unbounded()).stream().map(entry -> entry.getBody().get("frame").replaceAll(".*\"data\":(\\d+)}", "$1")).toList();
        int last = sent;
        assertThat(data).as("seed " + SEED).isEqualTo(IntStream.rangeClosed(Math.max(1, last - 999), last).mapToObj(Integer::toString).toList());
        assertThat(redis.commands().llen(RedisServer.REJECTED)).isBetween(1L, 1_000L);
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).noneMatch(rejected -> rejected.contains(user));
        for (String key : redis.commands().keys("bellhop:{*")) {
            if (key.endsWith(":inbox")) {
                assertThat(key.indexOf('{')).isEqualTo(key.lastIndexOf('{'));
                assertThat(reader.keys().inbox(reader.keys().userOf(key.substring(0, key.length() - ":inbox".length())))).isEqualTo(key);
            }
        }
        assertThat(redis.commands().xlen(reader.keys().inbox(user))).isEqualTo(Math.min(last, 1_000));
    }

    /** Names that a program took for another's are refused before any script is asked. */
    @Test
    void noNameThatTwoUsersWouldShareIsTaken() {
        for (String name : List.of("", "a\u0000", "\ud83d", "a\n")) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Message.userId(name))).isInstanceOf(BadMessageException.class);
        }
        assertThat(List.of("a", "{a}", "a}", "%7Ba%7D", "a%7D", "{a").stream().map(node.keys()::inbox).distinct()).hasSize(6);
    }
}
