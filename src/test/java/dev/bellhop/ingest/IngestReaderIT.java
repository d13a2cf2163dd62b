package dev.bellhop.ingest;

import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.text;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.redis.Script;
import io.lettuce.core.Consumer;
import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From the ingest stream to the inboxes, on a real Redis. */
class IngestReaderIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int USERS = 10;

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    /** A producer gone wrong fills no node's memory: two hundred entries are taken at once, and an entry may have hundreds of megabytes. */
    @Test
    void whatIsFarTooLargeStaysInRedis() {
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 40; i++) {
            redis.add("{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":\"" + large + "\"}");
        }
        long before = redis.sentBytes();
        node().withIngest();
        await().until(() -> redis.commands().llen(RedisServer.REJECTED) == 40);
        assertThat(redis.sentBytes() - before).as("bytes that Redis has sent").isLessThan(10 << 20);
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).allMatch(kept -> kept.contains("too_large") && kept.contains("xxxx"));
    }

    @Test
    void bringsMessagesToTheirInboxesInTheStreamsOrder() {
        add(0, 3_000);
        TestNode reader = node().withIngest();

        awaitAll(reader, 3_000);
        assertThat(redis.commands().xlen(RedisServer.STREAM)).as("what is done leaves the stream").isZero();
        assertThat(redis.commands().llen(RedisServer.REJECTED)).isZero();
    }

    @Test
    void bringsWhatComesLaterAtOnce() {
        TestNode reader = node().withIngest();
        awaitReading(reader);
        for (int i = 0; i < 20; i++) {
            int message = i;
            long begin = System.nanoTime();
            add(message, 1);
            await().pollInterval(Duration.ofMillis(2)).until(() -> total(reader) == message + 1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(450)); // it does not poll
        }
    }

    @Test
    void tenThousandMalformedEntriesStopNothing() {
        String[] malformed = {"", "not JSON", "{", "[]", "null", "{\"msg_type\":\"n\"}", "{\"to_user_id\":\"1\"}", "{\"msg_type\":\"\",\"to_user_id\":\"1\"}",
            "{\"msg_type\":\"n\",\"to_user_id\":\"\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"*\"}", "{\"msg_type\":\"n\",\"to_user_id\":[]}",
            "{\"msg_type\":\"login\",\"to_user_id\":\"1\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"1\",\"data\":01}",
            "{\"msg_type\":\"n\",\"to_user_id\":\"1\",\"data\":" + "[".repeat(5_000) + "}", "{\"msg_type\":\"n\",\"to_user_id\":1", "x".repeat(70_000), "\0", "\uFEFF{}"};
        int good = 0;
        for (int i = 0; i < 10_000; i++) {
            if (i % 20 == 0) {
                add(good++, 1);
            }
            String text = malformed[i % malformed.length];
            redis.commands().xadd(RedisServer.STREAM, Map.of(i % 100 == 99 ? "another field" : "message", text));
        }
        TestNode reader = node().withIngest();

        awaitAll(reader, good);
        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        assertThat(reader.metrics().snapshot()).containsEntry("ingested", 10_000L + good);
        assertThat(redis.commands().llen(RedisServer.REJECTED)).isEqualTo(1_000);
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).allSatisfy(kept -> assertThat(kept)
                .hasSizeLessThan(9_000).startsWith("{\"at\":").contains("\"code\":\"", "\"reason\":\"", "\"message\":\""));
    }

    @Test
    void anotherTakesOverFromAReaderThatDiedAndNothingIsLostOrDoubled() {
        TestNode first = node().withIngest();
        awaitReading(first);
        TestNode second = node().withIngest();
        add(0, 4_000);
        await().pollInterval(Duration.ofMillis(1)).until(() -> total(second) > 300);
        first.kill();
        assertThat(total(second)).as("died on the way").isLessThan(4_000);

        awaitAll(second, 4_000);
        assertThat(redis.commands().xlen(RedisServer.STREAM)).isZero();
    }

    @Test
    void deathAfterPublishingAndBeforeTheEntriesAreDoneDoublesNothing() {
        TestNode first = node().withIngest();
        awaitReading(first);
        add(0, 20);
        awaitAll(first, 20);
        // what a reader leaves behind that dies right then: entries taken, kept in their inboxes, and still in the stream
        List<String> left = new ArrayList<>();
        first.kill();
        for (int i = 20; i < 40; i++) {
            left.add(redis.add(message(i)));
        }
        TestNode second = node();
        for (int i = 20; i < 30; i++) {
            String user = "user" + i % USERS;
            second.inbox().publish(user, List.of(new Inbox.Draft(new Message("notice", user, Integer.toString(i), null, 0), left.get(i - 20)))).join();
        }
        add(40, 20);
        second.withIngest();

        awaitAll(second, 60);
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
    }

    @Test
    void onlyOneNodeReadsAtATime() {
        TestNode first = node().withIngest();
        TestNode second = node().withIngest();
        TestNode third = node().withIngest();
        add(0, 1_000);
        awaitAll(first, 1_000);

        assertThat(List.of(first, second, third)).filteredOn(node -> node.metrics().snapshot().get("ingested") > 0).hasSize(1);
        assertThat(List.of(first, second, third)).filteredOn(node -> node.metrics().snapshot().get("ingest_reader") == 1).hasSize(1);
    }

    @Test
    void aReaderThatStopsHandsOverAtOnce() {
        TestNode first = node().withIngest();
        awaitReading(first);
        TestNode second = node().withIngest();
        first.ingestReader().stop();

        assertThat(String.valueOf(redis.commands().get(RedisServer.READER))).doesNotEndWith(' ' + first.name());
        add(0, 100);
        await().atMost(Duration.ofMillis(1_500)).until(() -> total(second) == 100); // the lease lasts longer
    }

    @Test
    void aKeyOfTheWrongTypeStopsItsUserOnly() {
        redis.commands().set("bellhop:{user3}:inbox", "mine");
        add(0, 100);
        TestNode reader = node().withIngest();

        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        for (int user = 0; user < USERS; user++) {
            if (user != 3) {
                assertThat(data(reader, user)).isEqualTo(expected(user, 100));
            }
        }
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).hasSize(10)
                .allSatisfy(kept -> assertThat(kept).contains("\"code\":\"undeliverable\"", "user3"));
    }

    /** Before, the same entries were taken every half second, and nobody got anything. */
    @Test
    void aUserWhoCannotBePublishedToHoldsUpNobodyElse() {
        TestNode reader = node().withIngest();
        forbidUser3(true);
        try {
            add(0, 1_000);
            await().atMost(SOON).until(() -> total(reader, 3) == 900);
            add(1_000, 1_000);
            await().atMost(SOON).until(() -> total(reader, 3) == 1_800);
            await().atMost(SOON).until(() -> reader.metrics().snapshot().get("ingest_held") == 200);
            assertThat(reader.metrics().snapshot()).containsEntry("ingest_held_users", 1L);
            await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 200);
        } finally {
            forbidUser3(false);
        }
        awaitAll(reader, 2_000);
        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        assertThat(redis.commands().llen(RedisServer.REJECTED)).isZero();
        assertThat(reader.metrics().snapshot()).containsEntry("ingest_held", 0L).containsEntry("ingest_held_users", 0L);
    }

    @Test
    void whatAReaderThatDiedHeldBackComesFirstAndInOrder() {
        TestNode first = node().withIngest();
        TestNode second = node();
        forbidUser3(true);
        try {
            add(0, 500);
            await().atMost(SOON).until(() -> total(second, 3) == 450);
            first.kill();
            second.withIngest();
            add(500, 500);
            await().atMost(SOON).until(() -> total(second, 3) == 900);
        } finally {
            forbidUser3(false);
        }
        awaitAll(second, 1_000);
    }

    /** Each entry that waits is in this node's memory: what is more stays in the stream. */
    @Test
    void heldBackIsOnlySoMuchAndNothingIsLostWhenThereIsMore() {
        TestNode reader = node().withIngest();
        String large = "x".repeat(60_000);
        forbidUser3(true);
        try {
            for (int i = 0; i < 1_500; i++) {
                redis.add(MessageText.message("notice", to("user3"), text(large + i)));
            }
            await().atMost(SOON).until(() -> reader.metrics().snapshot().get("ingest_held") > 1_100);
            redis.add(message(0));
            await().pollDelay(Duration.ofSeconds(3)).until(() -> reader.metrics().snapshot().get("ingest_reader") == 1); // it goes on holding the lease
            assertThat(reader.metrics().snapshot().get("ingest_held")).isLessThan(1_400);
            assertThat(redis.commands().xlen(RedisServer.STREAM)).isEqualTo(1_501);
        } finally {
            forbidUser3(false);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        assertThat(data(reader, 3)).isEqualTo(IntStream.range(0, 1_500).mapToObj(i -> '"' + large + i + '"').toList());
        assertThat(data(reader, 0)).containsExactly("0");
    }

    @Test
    void aListOfWhatWasRejectedThatIsNoListStopsNothing() {
        redis.commands().set(RedisServer.REJECTED, "mine");
        TestNode reader = node().withIngest();
        redis.add("nonsense");
        add(0, 500);
        awaitAll(reader, 500);
        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 1);
        redis.commands().del(RedisServer.REJECTED);
        add(500, 10);

        awaitAll(reader, 510);
        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).singleElement().asString().startsWith("{\"at\":").contains("\"message\":\"nonsense\"");
    }

    /** What POST takes for later came through here, and was too large then: its address and id counted too. */
    @Test
    void aMessageMayBeAsLargeAtEachDoor() {
        TestNode reader = node().withIngest();
        int most = reader.settings().maxMessageSize();
        for (int more = 0; more < 2; more++) {
            String data = '"' + "x".repeat(most - new Message("notice", "user0", "\"\"", null, 0).frameTail().length() + more) + '"';
            redis.add(new Message("notice", "user0", data, "\u0001".repeat(Message.MAX_ID - more), 0, 1_000_000).toJson());
        }
        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);

        assertThat(data(reader, 0)).hasSize(1);
        assertThat(redis.commands().lrange(RedisServer.REJECTED, 0, -1)).singleElement().asString().contains("\"code\":\"too_large\"");
    }

    @Test
    void anInboxThatSomebodyElseHasWrittenToStopsItsUserOnly() {
        redis.commands().xadd("bellhop:{user3}:inbox", new XAddArgs().id("9999999999999-1"), Map.of("frame", "{}"));
        redis.commands().hset("bellhop:{user4}:marks", "last", "nonsense");
        TestNode reader = node().withIngest();
        add(0, 100);
        await().atMost(SOON).until(() -> total(reader, 3, 4) == 80);
        add(100, 100);
        await().atMost(SOON).until(() -> total(reader, 3, 4) == 160);

        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
    }

    @Test
    void anExecutorThatIsFullForAWhileDoesNotEndTheReading() {
        TestNode reader = node().withIngest();
        add(0, 100);
        awaitAll(reader, 100);
        reader.refuseTasks(true);
        add(100, 100);
        await().pollDelay(Duration.ofMillis(700)).until(() -> total(reader) == 100);
        reader.refuseTasks(false);

        awaitAll(reader, 200);
    }

    @Test
    void aStreamThatIsDeletedIsReadAgainWhenItComesBack() {
        TestNode reader = node().withIngest();
        add(0, 100);
        awaitAll(reader, 100);
        redis.commands().del(RedisServer.STREAM);
        add(100, 100);
        awaitAll(reader, 200);
    }

    /** As on a machine that stands still for seconds: what has been done once must not be done for ever. */
    @Test
    void aReaderWhoseLeaseHasEndedEachTimeComesOn() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> deletes = CompletableFuture.runAsync(() -> {
            while (!ended.get()) {
                redis.commands().del(RedisServer.READER);
            }
        });
        try {
            add(0, 3_000);
            TestNode reader = node().withIngest();
            awaitAll(reader, 3_000);
            await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        } finally {
            ended.set(true);
            deletes.get(60, TimeUnit.SECONDS);
        }
    }

    /** A node of the version before read by a consumer group, and held the lease by its bare name. */
    @Test
    @SuppressWarnings("unchecked") // Lettuce takes an array of a generic type
    void whatAnOlderVersionHasTakenAndNotDoneIsTakenUp() {
        String deleted = redis.add(message(0));
        redis.commands().xgroupCreate(StreamOffset.from(RedisServer.STREAM, "0"), "bellhop");
        redis.commands().set(RedisServer.READER, "older", SetArgs.Builder.px(700));
        add(0, 10);
        redis.commands().xreadgroup(Consumer.from("bellhop", "older"), XReadArgs.Builder.count(6), StreamOffset.lastConsumed(RedisServer.STREAM));
        redis.commands().xdel(RedisServer.STREAM, deleted);
        TestNode reader = node().withIngest();
        await().during(Duration.ofMillis(300)).until(() -> total(reader) == 0);

        awaitAll(reader, 10);
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
    }

    /** A replica that takes over may lack the newest entries, and give their ids, or earlier ones, anew. */
    @Test
    void aStreamThatBeginsAnewWithEarlierIdsIsRead() {
        TestNode reader = node().withIngest();
        add(0, 10);
        awaitAll(reader, 10);
        redis.commands().eval("redis.call('DEL', KEYS[1]) redis.call('XADD', KEYS[1], '5-1', 'message', ARGV[1])", ScriptOutputType.STATUS,
                new String[] {RedisServer.STREAM}, "{\"msg_type\":\"notice\",\"to_user_id\":\"early\",\"data\":1}");

        await().atMost(SOON).until(() -> reader.inbox().page("early", null, 10).join().messages().size() == 1);
    }

    /** Before, what an earlier history had allowed to be dropped took what nobody had read along. */
    @Test
    void whatIsDoneTakesNothingAlongThatThisNodeHasNotTaken() {
        TestNode first = node();
        String unread = redis.add(message(0));
        String done = redis.add(message(1));
        Script script = new Script(StreamReader.class, "/dev/bellhop/inbox/positions.lua", "lease.lua", "done.lua");
        String[] keys = {RedisServer.STREAM, RedisServer.READER};
        for (String lease : List.of("", "0-0 other", "9999999999999-0 other", "0-0 " + first.name(), first.name())) {
            redis.commands().set(RedisServer.READER, lease);
            script.run(first.redis(), keys, first.name(), done, "9999999999999-0", "1", done).join();
            assertThat(redis.commands().xrange(RedisServer.STREAM, Range.unbounded())).as(lease).extracting(StreamMessage::getId).containsExactly(unread);
        }
        redis.commands().set(RedisServer.READER, done + ' ' + first.name());
        script.run(first.redis(), keys, first.name(), done, done, "1", done).join();
        assertThat(redis.commands().xlen(RedisServer.STREAM)).isZero();
    }

    @Test
    void aRestartOfRedisLosesAndDoublesNothing() {
        TestNode first = node().withIngest();
        node().withIngest();
        add(0, 2_000);
        redis.restart();
        await().ignoreExceptions().until(() -> redis.commands().ping().equals("PONG"));
        add(2_000, 1_000);

        awaitAll(first, 3_000);
    }

    @Test
    void cutConnectionsLoseAndDoubleNothing() {
        TestNode first = node().withIngest();
        node().withIngest();
        for (int i = 0; i < 3_000; i++) {
            redis.add(message(i));
            if (i % 200 == 0) {
                redis.commands().clientKill(KillArgs.Builder.skipme());
            }
        }

        awaitAll(first, 3_000);
    }

    @Test
    void scriptsThatRedisForgetsAreSentAgain() {
        TestNode reader = node().withIngest();
        add(0, 100);
        awaitAll(reader, 100);
        redis.commands().scriptFlush();
        add(100, 100);

        awaitAll(reader, 200);
    }

    @Test
    void anIdIsKeptOnceThroughTheStreamToo() {
        TestNode reader = node().withIngest();
        for (int i = 0; i < 10; i++) {
            redis.add(MessageText.message("notice", to("user0"), id("same"), MessageText.data(0)));
        }
        redis.add(MessageText.message("notice", to("user0"), MessageText.data(1)));

        await().atMost(SOON).untilAsserted(() -> assertThat(data(reader, 0)).containsExactly("0", "1"));
        assertThat(reader.metrics().snapshot()).containsEntry("duplicates", 9L);
    }

    @Test
    void dataArrivesDigitForDigit() {
        TestNode reader = node().withIngest();
        String data = "{\"n\":[12345678901234567890,1.10,1E400,-0.0],\"s\":\"\\u017e ž 🛎️ \\\"\\\\\", \"deep\":[[[{}]]]}";
        redis.add(" {\"to_user_id\" : 7 , \"data\" : " + data + " , \"msg_type\" : \"exact\" } ");

        await().atMost(SOON).until(() -> !reader.inbox().page("7", null, 10).join().messages().isEmpty());
        assertThat(reader.inbox().page("7", null, 10).join().messages().get(0).frameTail()).isEqualTo("\"msg_type\":\"exact\",\"data\":" + data + "}");
    }

    @Test
    void aTtlCountsFromWhenTheMessageWasAddedHoweverLateItIsRead() {
        String message = "{\"msg_type\":\"notice\",\"to_user_id\":\"brief\",\"ttl\":%s,\"data\":%d}";
        redis.add(String.format(message, "0.2", 1));
        redis.add(String.format(message, "\"PT1H\"", 2));
        long now = (long) (redis.time() * 1000);
        redis.commands().xadd(RedisServer.STREAM, Map.of("message", String.format(message, "60", 3), "ttl_from", Long.toString(now - 60_000)));
        redis.commands().xadd(RedisServer.STREAM, Map.of("message", String.format(message, "60", 4), "ttl_from", "nonsense"));
        await().until(() -> redis.time() * 1000 > now + 200);
        TestNode reader = node().withIngest();

        await().atMost(SOON).until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        assertThat(reader.inbox().page("brief", null, 10).join().messages()).extracting(Inbox.Item::frameTail)
                .containsExactly("\"msg_type\":\"notice\",\"data\":4}", "\"msg_type\":\"notice\",\"data\":2}");
        assertThat(reader.metrics().snapshot()).containsEntry("expired", 2L);
    }

    // --- what these tests say

    private TestNode node() {
        TestNode node = TestNode.start(redis, "bellhop.inbox.max-messages=100000");
        return node.awaitRedis();
    }

    /** Redis refuses this user's keys: that may be mended, so it is nobody's fault yet. */
    private static void forbidUser3(boolean forbid) {
        redis.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add("bellhop").add("resetkeys")
                .addValues(List.of("~{websocket}:*", "~websocket:consumer:stream", forbid ? "~bellhop:{user[0-24-9]}*" : "~bellhop:*", "~bellhop:[a-z]*")));
    }

    private static void awaitReading(TestNode reader) {
        await().until(() -> reader.metrics().snapshot().get("ingest_reader") == 1);
    }

    /** Messages with these numbers, for the users in turn. */
    private static void add(int first, int count) {
        redis.commands().eval("for i = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do redis.call('XADD', KEYS[1], '*', 'message',"
                + " string.format('{\"msg_type\":\"notice\",\"to_user_id\":\"user%d\",\"data\":%d}', i % 10, i)) end",
                ScriptOutputType.STATUS, new String[] {RedisServer.STREAM}, Integer.toString(first), Integer.toString(count));
    }

    private static String message(int i) {
        return MessageText.message("notice", to("user" + i % USERS), MessageText.data(i));
    }

    private static int total(TestNode at, int... without) {
        return IntStream.range(0, USERS).filter(user -> IntStream.of(without).noneMatch(other -> other == user)).map(user -> data(at, user).size()).sum();
    }

    /** The data of a user's messages in their order. */
    private static List<String> data(TestNode at, int user) {
        List<String> data = new ArrayList<>();
        Position before = null;
        do {
            Inbox.Page page = at.inbox().page("user" + user, before, 100_000).join();
            page.messages().forEach(message -> data.add(message.frameTail().replaceAll(".*\"data\":(.*)}", "$1")));
            before = page.next();
        } while (before != null);
        Collections.reverse(data);
        return data;
    }

    private static List<String> expected(int user, int count) {
        return IntStream.range(0, count).filter(i -> i % USERS == user).mapToObj(Integer::toString).toList();
    }

    /** Waits until the messages from 0 on are all there; each is to be there once, in order. */
    private static void awaitAll(TestNode at, int count) {
        await().atMost(SOON).ignoreExceptions().until(() -> total(at) >= count);
        for (int user = 0; user < USERS; user++) {
            assertThat(data(at, user)).isEqualTo(expected(user, count));
        }
    }
}
