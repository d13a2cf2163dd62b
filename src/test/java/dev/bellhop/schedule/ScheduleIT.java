package dev.bellhop.schedule;

import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.schedule.Schedule.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Adding, cancelling, moving and listing, while messages are being promoted. */
class ScheduleIT {

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();
    private static final TestNode node = TestNode.start(redis).awaitRedis();
    private static final Schedule schedule = new Schedule(node.redis(), node.partitions(), node.promotion());

    private static Message message(String user, String id) {
        return new Message("n", user, "1", id, 0);
    }

    private static <T> T get(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    @Test
    void eachIsEitherCancelledOrSent() throws InterruptedException {
        int rounds = 1_000;
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            ids.add(get(schedule.add(message("user", "m" + i), Instant.now().plusMillis(150 + i / 4))));
        }
        Set<String> cancelled = new HashSet<>();
        Set<String> sent = new HashSet<>();
        List<CompletableFuture<Schedule.Changed>> cancelling = new ArrayList<>();
        for (String id : ids) {
            node.promotion().run();
            cancelling.add(schedule.cancel(id));
        }
        for (int i = 0; i < rounds; i++) {
            Outcome outcome = get(cancelling.get(i)).outcome();
            (outcome == Outcome.DONE ? cancelled : sent).add("m" + i);
            assertThat(outcome).isNotEqualTo(Outcome.MISSING);
        }
        await().until(() -> {
            node.promotion().run();
            return redis.commands().zcard(RedisServer.SCHEDULED) == 0;
        });
        Set<String> promoted = new HashSet<>();
        redis.commands().xrange(RedisServer.STREAM, io.lettuce.core.Range.unbounded())
                .forEach(entry -> promoted.add(entry.getBody().get("message").replaceAll(".*\"id\":\"(m\\d+)\".*", "$1")));
        assertThat(promoted).isEqualTo(sent);
        assertThat(promoted).doesNotContainAnyElementsOf(cancelled);
        assertThat(promoted.size() + cancelled.size()).isEqualTo(rounds);
    }

    @Test
    void theSameIdIsScheduledOnceHoweverManyRace() throws InterruptedException {
        List<CompletableFuture<String>> adding = IntStream.range(0, 50)
                .mapToObj(i -> schedule.add(message("user", "same"), Instant.now().plusSeconds(60 + i))).toList();
        Set<String> ids = new HashSet<>();
        for (CompletableFuture<String> id : adding) {
            ids.add(get(id));
        }
        assertThat(ids).hasSize(1);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isEqualTo(1);
        assertThat(get(schedule.add(message("another", "same"), Instant.now().plusSeconds(60)))).isNotIn(ids);
    }

    @Test
    void withoutAnIdTwoEqualMessagesAreTwo() throws InterruptedException {
        Instant due = Instant.now().plusSeconds(60);
        assertThat(get(schedule.add(message("user", null), due))).isNotEqualTo(get(schedule.add(message("user", null), due)));
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isEqualTo(2);
    }

    @Test
    void aCancelledIdMayBeScheduledAnew() throws InterruptedException {
        String id = get(schedule.add(message("user", "x"), Instant.now().plusSeconds(60)));
        assertThat(get(schedule.cancel(id)).outcome()).isEqualTo(Outcome.DONE);
        assertThat(get(schedule.cancel(id)).outcome()).isEqualTo(Outcome.MISSING);
        assertThat(get(schedule.add(message("user", "x"), Instant.now().plusSeconds(60)))).isEqualTo(id);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isEqualTo(1);
    }

    @Test
    void whatOthersHaveAddedCanBeListedMovedAndCancelledToo() throws InterruptedException {
        double due = Math.floor(redis.time()) + 100.125;
        redis.schedule(due, MessageText.message("n", to("user"), id("theirs")));
        redis.schedule(due + 1, "no message at all");
        List<Schedule.Item> items = get(schedule.list(null, 10, null)).items();
        assertThat(items).hasSize(2);
        assertThat(items.get(0).message().id()).isEqualTo("theirs");
        assertThat(items.get(0).due().toEpochMilli()).isEqualTo((long) (due * 1000));
        assertThat(items.get(1).message()).isNull();
        Schedule.Changed moved = get(schedule.move(items.get(0).id(), Instant.ofEpochSecond((long) due + 500)));
        assertThat(moved.outcome()).isEqualTo(Outcome.DONE);
        assertThat(get(schedule.cancel(items.get(0).id())).outcome()).isEqualTo(Outcome.MISSING);
        assertThat(get(schedule.cancel(moved.item().id())).outcome()).isEqualTo(Outcome.DONE);
        assertThat(get(schedule.cancel(items.get(1).id())).outcome()).isEqualTo(Outcome.DONE);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isZero();
    }

    /** The expiry was worked out when the message was scheduled: moved beyond it, the message died on arrival. */
    @Test
    void aTtlMovesAlongWithItsMessage() throws InterruptedException {
        Instant now = Instant.ofEpochMilli((long) (redis.time() * 1000));
        String id = get(schedule.add(new Message("n", "moved", "1", "a", 0, 60_000), now.plusSeconds(3_600)));
        Schedule.Changed moved = get(schedule.move(id, now.plusSeconds(86_400)));
        assertThat(moved.item().message().ttl()).isEqualTo(60_000);
        get(schedule.move(id, now.minusSeconds(30)));
        node.promotion().run();
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 1);

        assertThat(promoted().get("ttl_from")).as("due half a minute ago, half a minute is left").isEqualTo(Long.toString(now.toEpochMilli() - 30_000));
    }

    /** A time in the past means at once: the ttl does not begin before the message was given. */
    @Test
    void aTtlDoesNotBeginBeforeItsMessageWasGiven() throws InterruptedException {
        long now = (long) redis.time() * 1000;
        String id = get(schedule.add(new Message("n", "late", "1", "a", 0, 60_000), Instant.EPOCH));
        assertThat(get(schedule.list(null, 10, null)).items()).allSatisfy(item -> assertThat(item.id()).isEqualTo(id));
        node.promotion().run();
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 1);

        assertThat(Long.parseLong(promoted().get("ttl_from"))).isBetween(now, (long) (redis.time() * 1000));
    }

    private static Map<String, String> promoted() {
        return redis.commands().xrange(RedisServer.STREAM, io.lettuce.core.Range.unbounded()).get(0).getBody();
    }

    @Test
    void pagesAreExactAcrossEqualDueTimes() throws InterruptedException {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 250; i++) {
            String text = MessageText.message("n", to("u" + i));
            redis.schedule(2_000_000_000 + i / 60, text); // many at the same second
            all.add("u" + i);
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Schedule.Listing page = get(schedule.list(null, 7, cursor));
            page.items().forEach(item -> seen.add(item.message().to().name()));
            cursor = page.cursor();
        } while (cursor != null);
        assertThat(seen).hasSize(250).containsExactlyInAnyOrderElementsOf(all);
    }

    /** A producer gone wrong fills no node's memory: an operator's console asks for fifty at once. */
    @Test
    void pagesOfLargeOnesAreShort() throws InterruptedException {
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < 40; i++) {
            redis.schedule(2_000_000_000 + i / 7, "{\"msg_type\":\"n\",\"to_user_id\":\"u" + i + "\",\"data\":\"" + (i % 2 == 0 ? large : "") + "\"}");
        }
        long before = redis.sentBytes();
        Schedule.Listing page = get(schedule.list(null, 100, null));
        assertThat(redis.sentBytes() - before).as("bytes of a page").isLessThan(8 << 20);
        List<String> seen = new ArrayList<>();
        page.items().forEach(item -> seen.add(item.message().to().name()));
        while (page.cursor() != null) {
            page = get(schedule.list(null, 100, page.cursor()));
            page.items().forEach(item -> seen.add(item.message().to().name()));
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(40);
    }

    @Test
    void nothingIsSkippedWhenMessagesComeAndGoBetweenPages() throws InterruptedException {
        Set<String> kept = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            // half of them begin alike for longer than a cursor remembers
            String text = i % 2 == 0 ? "{\"to_user_id\":\"u" + i + "\",\"msg_type\":\"n\"}"
                    : "{\"msg_type\":\"n\",\"data\":\"" + "é".repeat(200) + "\",\"to_user_id\":\"u" + i + "\"}";
            redis.schedule(2_000_000_000, text);
            kept.add("u" + i);
        }
        Set<String> seen = new HashSet<>();
        String cursor = null;
        int pages = 0;
        do {
            Schedule.Listing page = get(schedule.list(null, 10, cursor));
            page.items().forEach(item -> seen.add(item.message().to().name()));
            cursor = page.cursor();
            get(schedule.cancel(page.items().get(page.items().size() - 1).id())); // the very one behind which it goes on
            redis.schedule(2_000_000_000, "{\"to_user_id\":\"added" + pages + "\",\"msg_type\":\"n\"}");
            pages++;
        } while (cursor != null && pages < 500); // some are seen again, but it comes to an end
        assertThat(cursor).isNull();
        assertThat(seen).containsAll(kept);
    }

    @Test
    void oneUsersAreFoundAmongManyPageByPage() throws InterruptedException {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1_300; i++) {
            boolean mine = i % 100 == 99;
            redis.schedule(2_000_000_000 + i, MessageText.message("n" + i, to(mine ? "me" : "other")));
            if (mine) {
                expected.add("n" + i);
            }
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Schedule.Listing page = get(schedule.list("me", 3, cursor));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
            page.items().forEach(item -> seen.add(item.message().msgType()));
            cursor = page.cursor();
        } while (cursor != null);
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void aListingLooksAtTenThousandAtMost() throws InterruptedException {
        for (int i = 0; i < 10_500; i++) {
            redis.schedule(2_000_000_000 + i, MessageText.message("n", to(i == 10_499 ? "me" : "other" + i)));
        }
        Schedule.Listing first = get(schedule.list("me", 3, null));
        assertThat(first.items()).isEmpty();
        assertThat(get(schedule.list("me", 3, first.cursor())).items()).hasSize(1);
    }

    @Test
    void timesBeyondAllTimeAreListedAndCancelledToo() throws InterruptedException {
        for (double due : new double[] {1e300, Double.POSITIVE_INFINITY, 1.5e12}) {
            redis.schedule(due, MessageText.message("n", to(due)));
        }
        List<Schedule.Item> items = get(schedule.list(null, 10, null)).items();
        assertThat(items).extracting(Schedule.Item::due).containsExactly(Instant.ofEpochSecond(1_500_000_000_000L), null, null);
        for (Schedule.Item item : items) {
            assertThat(get(schedule.cancel(item.id())).outcome()).isEqualTo(Outcome.DONE);
        }
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isZero();
    }

    @Test
    void whatIsNoTextCanBeListedMovedAndCancelled() throws InterruptedException {
        try (var raw = io.lettuce.core.RedisClient.create(redis.uri()); var connection = raw.connect(io.lettuce.core.codec.ByteArrayCodec.INSTANCE)) {
            for (int i = 0; i < 5; i++) {
                connection.sync().zadd(RedisServer.SCHEDULED.getBytes(java.nio.charset.StandardCharsets.UTF_8), 2e9, new byte[] {(byte) 0xff, (byte) (0xf0 + i)});
            }
        }
        Set<String> ids = new HashSet<>();
        String cursor = null;
        do {
            Schedule.Listing page = get(schedule.list(null, 2, cursor));
            page.items().forEach(item -> ids.add(item.id()));
            cursor = page.cursor();
        } while (cursor != null);
        assertThat(ids).hasSize(5);
        for (String id : ids) {
            String moved = get(schedule.move(id, Instant.now().plusSeconds(60))).item().id();
            assertThat(get(schedule.cancel(moved)).outcome()).isEqualTo(Outcome.DONE);
        }
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isZero();
    }

    @Test
    void idsThatAreNoneFindNothing() throws InterruptedException {
        for (String id : List.of("", "x", "1~2", "~", "1-1~" + "a".repeat(40), "e~" + "a".repeat(40), "inf~" + "a".repeat(40), "1e5~" + "a".repeat(40), "a".repeat(32), "*", "\u0000")) {
            assertThat(get(schedule.cancel(id)).outcome()).as(id).isEqualTo(Outcome.MISSING);
        }
    }
}
