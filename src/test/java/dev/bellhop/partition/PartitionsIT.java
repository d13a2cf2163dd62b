package dev.bellhop.partition;

import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.text;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Address;
import dev.bellhop.message.Message;
import dev.bellhop.redis.Partition;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.schedule.Schedule;
import dev.bellhop.schedule.Schedule.Outcome;
import io.lettuce.core.Range;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages spread over several streams, read by several nodes. */
class PartitionsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int USERS = 12;

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final List<TestNode> nodes = new CopyOnWriteArrayList<>();

    private TestNode node(int partitions) {
        TestNode node = TestNode.start(redis, "bellhop.partitions=" + partitions, "bellhop.inbox.max-messages=100000").awaitRedis().withIngest().withPromotion();
        nodes.add(node);
        return node;
    }

    private static Schedule schedule(TestNode node) {
        return new Schedule(node.redis(), node.partitions(), node.promotion());
    }

    private static String message(String user, String data) {
        return MessageText.message("notice", to(user), text(data));
    }

    private static String name(int user) {
        return "user " + user;
    }

    /** As a producer in another language would reckon. */
    private static String in(String key, String user, int partitions) {
        return partitions == 1 ? key : key.replace("{websocket}", "{websocket:" + SlotHash.getSlot(user) % partitions + "}");
    }

    private static List<String> data(RedisClusterCommands<String, String> commands, TestNode node, String user) {
        return commands.xrange(node.keys().inbox(user), Range.unbounded()).stream().map(entry -> entry.getBody().get("frame").replaceAll(".*\"data\":\"(.*)\"}", "$1")).toList();
    }

    /** By node, how many of the partitions' leases it holds. */
    private static Map<String, Long> held(int partitions) {
        return IntStream.range(0, partitions).mapToObj(number -> String.valueOf(redis.commands().get("{websocket:" + number + "}:reader")).replaceFirst("^\\d+-\\d+ ", ""))
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
    }

    private static void awaitHeld(int partitions, Map<String, Long> expected) {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(held(partitions)).isEqualTo(expected));
    }

    @Test
    void withOneThereAreTheKeysOfBeforeAndNoOthers() {
        TestNode node = node(1);
        redis.add(message("u", "1"));
        redis.schedule(1, message("u", "2"));
        redis.add("nonsense");
        String id = schedule(node).add(new Message("n", "u", "1", "id", 0), Instant.now().plusSeconds(3_600)).join();
        await().atMost(SOON).until(() -> data(redis.commands(), node, "u").size() == 2 && redis.commands().llen(RedisServer.REJECTED) == 1);
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        assertThat(redis.commands().keys("*")).containsExactlyInAnyOrder("{websocket}:producer:stream", "{websocket}:timing:messages", "{websocket}:reader", "{websocket}:rejected",
                "{websocket}:scheduled:" + id, "bellhop:{u}:inbox", "bellhop:{u}:marks");
    }

    @Test
    void leasesAreSpreadWithinSecondsWhenNodesComeAndGo() {
        TestNode first = node(6);
        awaitHeld(6, Map.of(first.name(), 6L));
        TestNode second = node(6);
        awaitHeld(6, Map.of(first.name(), 3L, second.name(), 3L));
        TestNode third = node(6);
        awaitHeld(6, Map.of(first.name(), 2L, second.name(), 2L, third.name(), 2L));
        second.close();
        awaitHeld(6, Map.of(first.name(), 3L, third.name(), 3L));
        first.kill();
        awaitHeld(6, Map.of(third.name(), 6L));
        assertThat(third.metrics().snapshot()).containsEntry("ingest_reader", 7L);
    }

    /** Shares keep the work even; a node that says that it lives and reads nothing must not keep its share unread. */
    @Test
    void whatNobodyElseReadsIsReadInTheEnd() {
        redis.commands().zadd("{websocket}:readers", 9e15, "lives and does not read");
        TestNode node = node(4);
        awaitHeld(4, Map.of(node.name(), 2L, "null", 2L));
        awaitHeld(4, Map.of(node.name(), 4L));
        assertThat(node.partitions().share()).isEqualTo(2);
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(10)).until(() -> held(4).equals(Map.of(node.name(), 4L)));
    }

    @Test
    void eachUsersOrderOutlivesAReaderThatIsKilledWhileItReads() throws Exception {
        TestNode first = node(4);
        TestNode second = node(4);
        awaitHeld(4, Map.of(first.name(), 2L, second.name(), 2L));
        int messages = 800;
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            for (int n = 0; n < messages; n++) {
                for (int user = 0; user < USERS; user++) {
                    redis.commands().xadd(in(RedisServer.STREAM, name(user), 4), Map.of("message", message(name(user), Integer.toString(n))));
                }
            }
        });
        await().atMost(SOON).until(() -> data(redis.commands(), second, name(0)).size() > 200);
        first.kill();
        load.get(60, TimeUnit.SECONDS);
        List<String> all = IntStream.range(0, messages).mapToObj(Integer::toString).toList();
        for (int user = 0; user < USERS; user++) {
            String name = name(user);
            await().atMost(SOON).until(() -> data(redis.commands(), second, name).size() >= messages);
            assertThat(data(redis.commands(), second, name)).as(name).isEqualTo(all);
        }
        assertThat(second.partitions().all()).allSatisfy(partition -> assertThat(redis.commands().xlen(partition.ingest())).isZero());
    }

    /** From one stream to four to two, with messages through every door all the time, also by producers that learn of it late. */
    @Test
    void howManyThereAreMayChangeWhileTheyAreUsed() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Set<String> sent = new HashSet<>();
        int[] partitions = {1};
        node(1);
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            for (int n = 0; !ended.get(); n++) {
                for (int user = 0; user < USERS; user++) {
                    String name = name(user);
                    int now;
                    synchronized (partitions) {
                        now = partitions[0];
                    }
                    redis.add(message(name, "seed " + n));
                    redis.schedule(redis.time() + n % 3, message(name, "seed later " + n));
                    redis.commands().xadd(in(RedisServer.STREAM, name, now), Map.of("message", message(name, "own " + n)));
                    redis.commands().zadd(in(RedisServer.SCHEDULED, name, now), redis.time() + n % 3, message(name, "own later " + n));
                    redis.commands().xadd(in(RedisServer.STREAM, name, 4), Map.of("message", message(name, "late " + n)));
                    Message later = new Message("notice", name, "\"api later " + n + "\"", "a" + n, 0);
                    await().atMost(SOON).ignoreExceptions().until(() -> schedule(nodes.get(nodes.size() - 1)).add(later, Instant.now().plusMillis(500)).join() != null);
                    for (String kind : List.of("seed ", "seed later ", "own ", "own later ", "late ", "api later ")) {
                        sent.add(name + '/' + kind + n);
                    }
                }
            }
        });
        for (int next : new int[] {4, 2, 1}) {
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            TestNode old = nodes.get(nodes.size() - 1);
            node(next);
            await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // nodes that know different numbers side by side
            old.close();
            synchronized (partitions) {
                partitions[0] = next;
            }
        }
        await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
        ended.set(true);
        load.get(60, TimeUnit.SECONDS);
        TestNode last = nodes.get(nodes.size() - 1);
        await().atMost(SOON).until(() -> last.partitions().all().size() == 5 && last.partitions().all().stream()
                .allMatch(partition -> redis.commands().xlen(partition.ingest()) + redis.commands().zcard(partition.scheduled()) == 0));
        List<String> got = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            String name = name(user);
            List<String> data = data(redis.commands(), last, name);
            data.forEach(one -> got.add(name + '/' + one));
            for (String door : List.of("seed ", "late ")) {
                List<Integer> order = data.stream().filter(one -> one.matches(door + "\\d+")).map(one -> Integer.valueOf(one.substring(door.length()))).toList();
                assertThat(order).as(name + " through the door " + door).isSorted();
            }
        }
        assertThat(got).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void whatIsScheduledIsListedAsOneAndFoundWhereverItLies() {
        TestNode one = node(1);
        TestNode four = node(4);
        Instant later = Instant.ofEpochSecond(4_000_000_000L);
        List<String> expected = new ArrayList<>();
        for (int n = 0; n < 120; n++) {
            String name = name(n % USERS);
            double due = 4_000_000_000L + n / 40;
            String key = n % 3 == 0 ? RedisServer.SCHEDULED : in(RedisServer.SCHEDULED, name, 4);
            redis.commands().zadd(key, due, message(name, "d" + n));
            expected.add("d" + n);
        }
        for (int most : new int[] {1, 7, 50, 500}) {
            List<Schedule.Item> listed = new ArrayList<>();
            String cursor = null;
            do {
                Schedule.Listing page = schedule(four).list(null, most, cursor).join();
                assertThat(page.items()).hasSizeLessThanOrEqualTo(most);
                listed.addAll(page.items());
                cursor = page.cursor();
            } while (cursor != null);
            assertThat(listed).extracting(item -> item.message().data().replace("\"", "")).as("by " + most).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(listed).extracting(Schedule.Item::due).isSorted();
        }
        assertThat(schedule(one).list(name(5), 100, null).join().items()).hasSize(10).allSatisfy(item -> assertThat(item.message().to().name()).isEqualTo(name(5)));

        for (Schedule.Item item : schedule(one).list(null, 500, null).join().items()) {
            assertThat(schedule(one).cancel(item.id()).join().outcome()).isEqualTo(Outcome.DONE);
        }
        Message named = new Message("n", name(3), "1", "id", 0);
        String id = schedule(four).add(named, later).join();
        assertThat(schedule(one).find(named.to(), "id").join()).isEqualTo(id);
        assertThat(schedule(one).move(id, later.plusSeconds(5)).join().item().due()).isEqualTo(later.plusSeconds(5));
        assertThat(schedule(four).list(null, 10, null).join().items()).singleElement().extracting(Schedule.Item::id).isEqualTo(id);
        assertThat(schedule(one).cancel(id).join().outcome()).isEqualTo(Outcome.DONE);
        assertThat(schedule(one).cancel(id).join().outcome()).isEqualTo(Outcome.MISSING);

        String early = schedule(one).add(new Message("n", name(4), "1", "early", 0), later).join();
        assertThat(schedule(four).find(Address.user(name(4)), "early").join()).as("what was scheduled before there were partitions").isEqualTo(early);
        assertThat(schedule(four).move(early, Instant.ofEpochSecond(1)).join().outcome()).isEqualTo(Outcome.DONE);
        await().atMost(SOON).until(() -> data(redis.commands(), four, name(4)).size() == 1);
        assertThat(schedule(four).cancel(early).join().outcome()).isEqualTo(Outcome.SENT);
    }

    @Test
    void whatIsRejectedIsShownAsOneNewestFirst() {
        TestNode node = node(4);
        for (int n = 0; n < 6; n++) {
            String key = n % 2 == 0 ? RedisServer.STREAM : "{websocket:" + n % 4 + "}:producer:stream";
            redis.commands().xadd(key, Map.of("message", "nonsense " + n));
            int now = n + 1;
            await().atMost(SOON).until(() -> node.partitions().all().stream().mapToLong(partition -> redis.commands().llen(partition.rejected())).sum() == now);
            await().pollDelay(Duration.ofMillis(5)).until(() -> true);
        }
        RejectedList list = new RejectedList(node.redis(), node.partitions());
        assertThat(list.newest(4).join()).containsSubsequence("nonsense 5", "nonsense 4", "nonsense 3", "nonsense 2").doesNotContain("nonsense 1");
    }

    @Test
    void anIdCountsOnceWhicheverStreamItComesThrough() {
        TestNode node = node(4);
        String message = MessageText.message("notice", to("u"), id("x"), text("1"));
        for (Partition partition : node.partitions().all()) {
            redis.commands().xadd(partition.ingest(), Map.of("message", message));
            redis.commands().zadd(partition.scheduled(), 1, message);
        }
        assertThat(node.inbox().publish("u", List.of(new Inbox.Draft(new Message("notice", "u", "\"1\"", "x", 0), null))).join()).hasSize(1);
        await().atMost(SOON).until(() -> node.partitions().all().stream()
                .allMatch(partition -> redis.commands().xlen(partition.ingest()) + redis.commands().zcard(partition.scheduled()) == 0));
        assertThat(data(redis.commands(), node, "u")).containsExactly("1");
    }

    @Test
    void inAClusterThePartitionsLieOnDifferentMasters() {
        try (RedisCluster cluster = RedisCluster.create(3, 0)) {
            String[] settings = {"bellhop.redis.cluster=true", "bellhop.partitions=8", "bellhop.inbox.max-messages=100000"};
            try (TestNode first = TestNode.start(cluster.uris(), settings).awaitRedis().withIngest().withPromotion();
                    TestNode second = TestNode.start(cluster.uris(), settings).awaitRedis().withIngest().withPromotion()) {
                Set<Integer> masters = first.partitions().all().stream().filter(partition -> partition.number() >= 0)
                        .map(partition -> cluster.masterOf(SlotHash.getSlot(partition.ingest())).port()).collect(Collectors.toSet());
                assertThat(masters).as("masters that hold partitions").hasSize(3);
                int messages = 300;
                for (int n = 0; n < messages; n++) {
                    for (int user = 0; user < USERS; user++) {
                        String name = name(user);
                        cluster.commands().xadd(in(RedisServer.STREAM, name, 8), Map.of("message", message(name, Integer.toString(n))));
                        if (n % 100 == 0) {
                            cluster.commands().zadd(in(RedisServer.SCHEDULED, name, 8), 1, message(name, "due " + n));
                        }
                    }
                }
                List<String> all = IntStream.range(0, messages).mapToObj(Integer::toString).toList();
                for (int user = 0; user < USERS; user++) {
                    String name = name(user);
                    await().atMost(SOON).until(() -> data(cluster.commands(), first, name).size() == messages + 3);
                    assertThat(data(cluster.commands(), first, name)).filteredOn(data -> !data.startsWith("due")).as(name).isEqualTo(all);
                }
                await().atMost(SOON).untilAsserted(() -> {
                    for (TestNode node : List.of(first, second)) {
                        assertThat(IntStream.range(0, 8).filter(number -> String.valueOf(cluster.commands().get("{websocket:" + number + "}:reader")).endsWith(' ' + node.name())).count()).isEqualTo(4);
                    }
                });
            }
        }
    }
}
