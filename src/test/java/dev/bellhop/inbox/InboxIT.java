package dev.bellhop.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.inbox.Inbox.Outcome;
import dev.bellhop.inbox.Inbox.Published;
import dev.bellhop.inbox.Inbox.Stretch;
import dev.bellhop.it.Monitor;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of the inbox, on a real Redis. */
class InboxIT {
    private static final AtomicInteger USERS = new AtomicInteger();

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode node = TestNode.start(redis);
    /** Keeps five messages, for a second. */
    private static final TestNode small = TestNode.start(redis, "bellhop.inbox.max-messages=5", "bellhop.inbox.retention=PT1S");

    private final String user = "user " + USERS.incrementAndGet();

    @BeforeEach
    void ready() {
        node.awaitRedis();
        small.awaitRedis();
    }

    // --- positions

    @Test
    void numbersTheMessagesOfAUserFromOneWithoutHoles() {
        List<Published> first = publish(node, user, 3);
        List<Published> then = publish(node, user, 2);

        long epoch = first.get(0).position().epoch();
        assertThat(first).extracting(Published::position).containsExactly(at(epoch, 1), at(epoch, 2), at(epoch, 3));
        assertThat(then).extracting(Published::position).containsExactly(at(epoch, 4), at(epoch, 5));
    }

    /** Threads that publish, and Lettuce's with each answer, send what any of them has handed over. */
    @Test
    void whatOneThreadHandsOverKeepsItsOrderWhoeverSendsIt() throws InterruptedException {
        int messages = 20_000;
        Map<String, List<CompletableFuture<List<Published>>>> byUser = new HashMap<>();
        IntStream.range(0, 6).forEach(i -> byUser.put(user + '/' + i, new ArrayList<>()));
        ExecutorService threads = Executors.newFixedThreadPool(byUser.size());
        byUser.forEach((name, handedOver) -> threads.execute(() -> IntStream.range(0, messages).forEach(i -> {
            handedOver.add(node.inbox().publish(name, List.of(draft(null, 0, i))));
            if (i % 20 == 19) {
                handedOver.get(i).join(); // so that few wait, and mostly each is a call of its own
            }
        })));
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

        byUser.forEach((name, handedOver) -> assertThat(handedOver.stream().map(one -> one.join().get(0).position().offset())).as(name).isSorted().hasSize(messages));
    }

    @Test
    void theEpochIsTheTimeOfTheInboxByRedissClock() {
        long before = (long) (redis.time() * 1000);
        long epoch = publish(node, user, 1).get(0).position().epoch();

        assertThat(epoch).isBetween(before, (long) (redis.time() * 1000));
    }

    @Test
    void beginsAnotherEpochWhenRedisHasLostEverything() {
        Position before = last(publish(node, user, 3));
        redis.commands().flushall();
        Position after = last(publish(node, user, 1));

        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
        assertThat(resume(node, user, before).recovered()).isFalse();
        assertThat(positions(resume(node, user, before))).containsExactly(after);
    }

    @Test
    void beginsAnotherEpochWhenTheStreamIsGone() {
        Position before = last(publish(node, user, 3));
        redis.commands().del(node.keys().inbox(user));

        Stretch empty = resume(node, user, before);
        assertThat(empty.recovered()).isFalse();
        assertThat(empty.end().epoch()).isGreaterThan(before.epoch());
        assertThat(last(publish(node, user, 1))).isEqualTo(at(empty.end().epoch(), 1));
    }

    @Test
    void beginsAnotherEpochWhenTheMarksAreGoneAndKeepsTheMessages() {
        Position before = last(publish(node, user, 3));
        redis.commands().del(node.keys().marks(user));
        Position after = last(publish(node, user, 1));

        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(positions(resume(node, user, null))).hasSize(4).endsWith(before, after).isSorted();
    }

    @Test
    void beginsAnotherEpochAfterARestartOfRedisAndKeepsTheMessages() {
        Position before = last(publish(node, user, 3));
        restart();
        Position after = last(publish(node, user, 1));

        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
        Stretch stretch = resume(node, user, at(before.epoch(), 2));
        assertThat(positions(stretch)).containsExactly(before, after);
        assertThat(stretch.recovered()).as("Redis may have lost what came after").isFalse();
    }

    @Test
    void neverGivesAPositionTwice() {
        List<Position> given = new ArrayList<>();
        publish(node, user, 3).forEach(published -> given.add(published.position()));
        restart();
        resume(node, user, null);
        publish(node, user, 3).forEach(published -> given.add(published.position()));
        redis.commands().del(node.keys().inbox(user));
        publish(node, user, 3).forEach(published -> given.add(published.position()));
        redis.commands().del(node.keys().marks(user));
        publish(node, user, 3).forEach(published -> given.add(published.position()));
        redis.commands().flushall(); // with nothing left to remember by, an epoch differs from the one before by its millisecond alone
        double flushed = redis.time();
        await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> redis.time() > flushed + 0.002);
        publish(node, user, 3).forEach(published -> given.add(published.position()));

        assertThat(given).hasSize(15).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "}", "}{", "a{b}c", "%", "%7B", "50% {off}", "žluťoučký kůň", "🛎️", "a b  c", "\"quoted\"", "a:b:inbox", "x}:inbox"})
    void takesAnyUserId(String odd) {
        String other = odd + "x";
        publish(node, odd, 2);
        publish(node, other, 1);

        assertThat(positions(resume(node, odd, null))).hasSize(2);
        assertThat(node.keys().userOf(node.keys().channel(odd))).isEqualTo(odd);
        assertThat(List.of(node.keys().inbox(odd), node.keys().marks(odd), node.keys().id(odd, "}{i")))
                .extracting(SlotHash::getSlot).containsOnly(SlotHash.getSlot(node.keys().channel(odd)));
    }

    // --- replay

    @Test
    void aFirstLoginGetsWhatWaited() {
        List<Position> kept = publish(node, user, 3).stream().map(Published::position).toList();
        Stretch stretch = resume(node, user, null);

        assertThat(positions(stretch)).isEqualTo(kept);
        assertThat(stretch.recovered()).isTrue();
        assertThat(stretch.unread()).isEqualTo(3);
        assertThat(stretch.end()).isEqualTo(kept.get(2));
        assertThat(stretch.more()).isFalse();
    }

    @Test
    void aFirstLoginWithoutAnyMessageMissesNothing() {
        Stretch stretch = resume(node, user, null);

        assertThat(stretch.recovered()).isTrue();
        assertThat(stretch.messages()).isEmpty();
        assertThat(stretch.end().offset()).isZero();
        assertThat(stretch.from()).isEqualTo(stretch.end());
        assertThat(last(publish(node, user, 1))).isEqualTo(at(stretch.end().epoch(), 1));
        assertThat(resume(node, user, stretch.end()).recovered()).isTrue();
    }

    @Test
    void aPageThatNamesItsLastPositionGetsExactlyWhatCameAfter() {
        List<Position> kept = publish(node, user, 5).stream().map(Published::position).toList();

        for (int seen = 0; seen < 5; seen++) {
            Stretch stretch = resume(node, user, kept.get(seen));
            assertThat(positions(stretch)).isEqualTo(kept.subList(seen + 1, 5));
            assertThat(stretch.from()).isEqualTo(kept.get(seen));
            assertThat(stretch.recovered()).isTrue();
        }
    }

    @Test
    void withoutALastPositionWhatNoPageHasBeenSentComes() {
        List<Position> kept = publish(node, user, 5).stream().map(Published::position).toList();
        node.inbox().markDelivered(Map.of(user, kept.get(1))).join();

        assertThat(positions(resume(node, user, null))).isEqualTo(kept.subList(2, 5));
        Stretch fromMemory = node.inbox().resume(user, null, kept.get(3), 100).join();
        assertThat(positions(fromMemory)).as("the node knows better than the mark").isEqualTo(kept.subList(4, 5));
        assertThat(positions(node.inbox().resume(user, null, kept.get(0), 100).join())).as("and worse").isEqualTo(kept.subList(2, 5));
    }

    @Test
    void isNotRecoveredWhenTheCountHasTrimmedWhatWasMissed() {
        List<Position> kept = publish(small, user, 8).stream().map(Published::position).toList();

        assertThat(positions(resume(small, user, kept.get(1)))).isEqualTo(kept.subList(3, 8));
        assertThat(resume(small, user, kept.get(1)).recovered()).isFalse();
        assertThat(resume(small, user, kept.get(2)).recovered()).as("the next one is still there").isTrue();
        assertThat(resume(small, user, null).recovered()).as("a first login").isFalse();
        assertThat(resume(small, user, kept.get(7)).recovered()).as("nothing missed").isTrue();
    }

    @Test
    void isNotRecoveredWhenAgeHasTrimmedWhatWasMissed() {
        Position first = last(publish(small, user, 1));
        awaitAge(first, 600);
        Position second = last(publish(small, user, 1));
        awaitAge(first, 1_050);
        Position third = last(publish(small, user, 1));

        Stretch stretch = resume(small, user, at(first.epoch(), 0));
        assertThat(positions(stretch)).containsExactly(second, third);
        assertThat(stretch.recovered()).isFalse();
        assertThat(resume(small, user, first).recovered()).as("the next one is still there").isTrue();
        assertThat(redis.commands().xlen(small.keys().inbox(user))).isEqualTo(2);
    }

    @Test
    void whatHasAgedIsNotReplayedEvenWhereItStillLies() {
        List<Position> kept = publish(small, user, 5).stream().map(Published::position).toList();
        awaitAge(kept.get(0), 600);
        Position last = last(publish(node, user, 100));
        awaitAge(kept.get(0), 1_050);

        assertThat(positions(resume(small, user, null))).hasSize(100).endsWith(last).doesNotContainAnyElementsOf(kept);
    }

    @Test
    void isNotRecoveredFromAPositionOfTheFuture() {
        Position last = last(publish(node, user, 2));
        Stretch later = resume(node, user, at(last.epoch(), 99));
        Stretch otherEpoch = resume(node, user, at(Long.MAX_VALUE, Long.MAX_VALUE));

        assertThat(later.recovered()).isFalse();
        assertThat(positions(later)).hasSize(2);
        assertThat(otherEpoch.recovered()).isFalse();
        assertThat(positions(otherEpoch)).hasSize(2);
    }

    @Test
    void isNotRecoveredFromAnotherEpoch() {
        Position last = last(publish(node, user, 2));
        Stretch stretch = resume(node, user, at(last.epoch() - 1, 1));

        assertThat(stretch.recovered()).isFalse();
        assertThat(positions(stretch)).hasSize(2);
    }

    @Test
    void aQuietUserWhoComesEachDayStillMissesNothing() {
        Position last = last(publish(small, user, 1));
        for (int day = 1; day < 5; day++) {
            assertThat(resume(small, user, last).recovered()).isTrue();
            awaitAge(last, day * 600);
        }
        assertThat(redis.commands().exists(small.keys().inbox(user))).isZero();
        assertThat(resume(small, user, last).end()).isEqualTo(last);
        assertThat(last(publish(small, user, 1))).isEqualTo(at(last.epoch(), 2));
    }

    @Test
    void readsALongInboxInStretches() {
        List<Position> kept = publish(node, user, 25).stream().map(Published::position).toList();
        List<Position> read = new ArrayList<>();
        Position after = null;
        Stretch stretch;
        do {
            stretch = node.inbox().resume(user, after, null, 10).join();
            assertThat(stretch.recovered()).isTrue();
            read.addAll(positions(stretch));
            after = stretch.to();
        } while (stretch.more());

        assertThat(read).isEqualTo(kept);
        assertThat(stretch.to()).isEqualTo(stretch.end());
    }

    @Test
    void aStretchOfLargeMessagesIsBoundedByTheirBytes() {
        String data = '"' + "x".repeat(60_000) + '"';
        for (int i = 0; i < 4; i++) {
            List<Draft> drafts = IntStream.range(0, 10).mapToObj(n -> new Draft(new Message("big", user, data, null, 0), null)).toList();
            node.inbox().publish(user, drafts).join();
        }
        List<Position> read = new ArrayList<>();
        Stretch stretch = resume(node, user, null);
        int stretches = 1;
        for (; stretch.more(); stretches++) {
            assertThat(stretch.messages().stream().mapToLong(message -> message.frameTail().length()).sum())
                    .isBetween((long) Inbox.STRETCH_BYTES, Inbox.STRETCH_BYTES + 65_536L);
            read.addAll(positions(stretch));
            stretch = resume(node, user, stretch.to());
        }
        read.addAll(positions(stretch));

        assertThat(read).extracting(Position::offset).containsExactlyElementsOf(LongStream.rangeClosed(1, 40).boxed().toList());
        assertThat(stretches).isEqualTo(8 + 1); // the eighth ends with the last message, and does not know it
    }

    @Test
    void leavesOutAndCountsWhatHasExpired() {
        long now = (long) (redis.time() * 1000);
        long before = node.metrics().snapshot().get("expired");
        List<Published> published = node.inbox().publish(user, List.of(draft(null, 0, 1), draft(null, now + 200, 2), draft(null, now - 1, 3), draft(null, 0, 4))).join();
        assertThat(published).extracting(Published::outcome).containsExactly(Outcome.KEPT, Outcome.KEPT, Outcome.EXPIRED, Outcome.KEPT);
        assertThat(resume(node, user, null).messages()).extracting(Announcement.Kept::frameTail).containsExactly(tail(1), tail(2), tail(4));
        await().until(() -> redis.time() * 1000 > now + 200);

        Stretch stretch = resume(node, user, null);
        assertThat(stretch.messages()).extracting(Announcement.Kept::frameTail).containsExactly(tail(1), tail(4));
        assertThat(stretch.recovered()).isTrue();
        assertThat(node.metrics().snapshot().get("expired") - before).isEqualTo(2);
    }

    @Test
    void aStretchOfExpiredMessagesAloneStillLeadsOn() {
        long now = (long) (redis.time() * 1000);
        node.inbox().publish(user, IntStream.range(0, 5).mapToObj(i -> draft(null, now + 100, i)).toList()).join();
        Position last = last(publish(node, user, 1));
        await().until(() -> redis.time() * 1000 > now + 100);

        Stretch stretch = node.inbox().resume(user, null, null, 5).join();
        assertThat(stretch.messages()).isEmpty();
        assertThat(stretch.more()).isTrue();
        assertThat(positions(node.inbox().resume(user, stretch.to(), null, 5).join())).containsExactly(last);
    }

    // --- bounds

    @Test
    void keepsNoMoreThanItMay() {
        publish(small, user, 12);

        assertThat(redis.commands().xlen(small.keys().inbox(user))).isEqualTo(5);
    }

    @Test
    void nothingOfAUserOutlivesTheRetention() {
        small.inbox().publish(user, List.of(draft(null, 0, 1))).join();
        resume(small, user, null);
        small.inbox().markRead(user, Position.START, "-").join();
        small.inbox().markDelivered(Map.of(user, at(1, 1))).join();

        await().untilAsserted(() -> assertThat(redis.commands().exists(small.keys().inbox(user), small.keys().marks(user))).isZero());
    }

    @Test
    void idsAreRememberedForADay() {
        node.inbox().publish(user, List.of(draft("remember", 0, 1))).join();

        assertThat(redis.commands().pttl(node.keys().id(user, "remember"))).isBetween(86_390_000L, 86_400_000L);
    }

    // --- once

    @Test
    void theSameIdFromFiftyCallersIsOneMessage() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(50);
        try {
            List<CompletableFuture<List<Published>>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Draft draft = draft("order 7", 0, i);
                TestNode at = i % 2 == 0 ? node : small;
                calls.add(CompletableFuture.supplyAsync(() -> at.inbox().publish(user, List.of(draft)).join(), callers));
            }
            List<Published> published = calls.stream().map(call -> call.join().get(0)).toList();

            assertThat(published).extracting(Published::position).containsOnly(published.get(0).position());
            assertThat(published).extracting(Published::outcome).containsOnlyOnce(Outcome.KEPT);
            assertThat(redis.commands().xlen(node.keys().inbox(user))).isEqualTo(1);
            assertThat(node.inbox().find(user, "order 7").join()).isEqualTo(published.get(0).position());
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void theSameIdForAnotherUserIsAnotherMessage() {
        assertThat(node.inbox().publish(user, List.of(draft("a", 0, 1))).join().get(0).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(node.inbox().publish(user + "'s friend", List.of(draft("a", 0, 1))).join().get(0).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(node.inbox().find(user, "b").join()).isNull();
    }

    @Test
    void theSameIdTwiceInOneCallIsOneMessage() {
        List<Published> published = node.inbox().publish(user, List.of(draft("a", 0, 1), draft("a", 0, 2), draft("b", 0, 3))).join();

        assertThat(published).extracting(Published::outcome).containsExactly(Outcome.KEPT, Outcome.DUPLICATE, Outcome.KEPT);
        assertThat(published.get(1).position()).isEqualTo(published.get(0).position());
        assertThat(published.get(2).position()).isEqualTo(at(published.get(0).position().epoch(), 2));
    }

    @Test
    void anEntryOfTheIngestStreamThatComesTwiceIsKeptOnce() {
        assertThat(entries("5-0", "5-1", "7-0")).containsOnly(Outcome.KEPT);
        assertThat(entries("5-1", "7-0", "7-1")).containsExactly(Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.KEPT);
        assertThat(entries("10-0")).containsExactly(Outcome.KEPT);
        assertThat(entries("9-3", "10-0", "10-10", "10-9")).containsExactly(Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.KEPT, Outcome.DUPLICATE);
        assertThat(redis.commands().xlen(node.keys().inbox(user))).isEqualTo(6);
    }

    @Test
    void aMessageThatCameThroughAnotherDoorIsKnownByItsId() {
        node.inbox().publish(user, List.of(draft("x", 0, 1))).join();
        Draft promoted = new Draft(draft("x", 0, 1).message(), "5-0");

        assertThat(node.inbox().publish(user, List.of(promoted)).join().get(0).outcome()).isEqualTo(Outcome.DUPLICATE);
        assertThat(entries("5-0", "6-0")).as("its entry counts as done").containsExactly(Outcome.DUPLICATE, Outcome.KEPT);
    }

    @Test
    void anEpochThatEndsDoesNotForgetWhatWasIngested() {
        entries("5-0", "6-0");
        redis.commands().del(node.keys().inbox(user));

        assertThat(entries("6-0", "7-0")).containsExactly(Outcome.DUPLICATE, Outcome.KEPT);
    }

    // --- marks

    @Test
    void theDeliveredMarkOnlyGoesForward() {
        List<Position> kept = publish(node, user, 3).stream().map(Published::position).toList();
        node.inbox().markDelivered(Map.of(user, kept.get(1))).join();
        node.inbox().markDelivered(Map.of(user, kept.get(0))).join();
        assertThat(node.inbox().page(user, null, 0).join().delivered()).isEqualTo(kept.get(1));

        node.inbox().markDelivered(Map.of(user, at(kept.get(0).epoch() - 1, 99))).join();
        assertThat(node.inbox().page(user, null, 0).join().delivered()).isEqualTo(kept.get(1));
    }

    /** Redis has lost the data that the page speaks of, and its clock has stepped back. */
    @Test
    void marksOfAnEpochThatIsLostCountForNothing() {
        Position end = last(publish(node, user, 3));
        Position lost = at(end.epoch() + 1_000, 7);
        redis.commands().hset(node.keys().marks(user), "delivered", lost.toString());
        node.inbox().markDelivered(Map.of(user, lost)).join();
        node.inbox().markDelivered(Map.of(user, at(end.epoch(), 2))).join();
        assertThat(node.inbox().page(user, null, 0).join().delivered()).isEqualTo(at(end.epoch(), 2));
        node.inbox().markDelivered(Map.of(user, lost)).join();
        assertThat(node.inbox().page(user, null, 0).join().delivered()).isEqualTo(at(end.epoch(), 2));

        assertThat(node.inbox().markRead(user, lost, "-").join().unread()).isEqualTo(3);
        node.inbox().markRead(user, at(end.epoch(), 1), "-").join();
        assertThat(node.inbox().markRead(user, lost, "-").join()).isEqualTo(new Inbox.ReadMark(at(end.epoch(), 1), 2));
    }

    @Test
    void theReadMarkOnlyGoesForwardAndNotBeyondTheEnd() {
        List<Position> kept = publish(node, user, 12).stream().map(Published::position).toList();
        assertThat(node.inbox().markRead(user, kept.get(9), "c").join()).isEqualTo(new Inbox.ReadMark(kept.get(9), 2));
        assertThat(node.inbox().markRead(user, kept.get(8), "c").join()).isEqualTo(new Inbox.ReadMark(kept.get(9), 2));
        assertThat(node.inbox().markRead(user, at(kept.get(0).epoch(), 1_000_000), "c").join()).isEqualTo(new Inbox.ReadMark(kept.get(11), 0));
        publish(node, user, 1);
        assertThat(resume(node, user, kept.get(11)).unread()).isEqualTo(1);
    }

    @Test
    void theReadMarkOfAUserWithoutMessagesIsTheEnd() {
        assertThat(node.inbox().markRead(user, at(7, 7), "c").join().unread()).isZero();
        assertThat(last(publish(node, user, 1)).offset()).isEqualTo(1);
        assertThat(resume(node, user, null).unread()).isEqualTo(1);
    }

    @Test
    void countsUnreadOverEpochs() {
        Position old = publish(node, user, 4).get(2).position();
        node.inbox().markRead(user, old, "-").join();
        beginEpoch(user);
        publish(node, user, 3);

        Stretch stretch = resume(node, user, old);
        assertThat(stretch.end().epoch()).isGreaterThan(old.epoch());
        assertThat(stretch.unread()).isEqualTo(4);
        assertThat(node.inbox().markRead(user, at(stretch.end().epoch(), 1), "-").join().unread()).isEqualTo(2);
        assertThat(node.inbox().page(user, null, 0).join().unread()).isEqualTo(2);
    }

    @Test
    void unreadIsNoMoreThanWhatIsKept() {
        Position first = publish(small, user, 1).get(0).position();
        small.inbox().markRead(user, first, "-").join();
        publish(small, user, 8);

        assertThat(resume(small, user, first).unread()).isEqualTo(5);
    }

    @Test
    void whatHasExpiredIsNotUnread() {
        long now = (long) (redis.time() * 1000);
        List<Position> kept = node.inbox().publish(user, List.of(draft(null, 0, 1), draft(null, now + 100, 2), draft(null, now + 100, 3), draft(null, now + 60_000, 4),
                draft(null, 0, 5))).join().stream().map(Published::position).toList();
        assertThat(resume(node, user, null).unread()).isEqualTo(5);
        node.inbox().markRead(user, kept.get(1), "-").join();
        await().until(() -> redis.time() * 1000 > now + 100);

        assertThat(resume(node, user, null).unread()).isEqualTo(2);
        assertThat(node.inbox().page(user, null, 0).join().unread()).isEqualTo(2);
        assertThat(node.inbox().markRead(user, kept.get(2), "-").join().unread()).as("an expired one is read: nothing changes").isEqualTo(2);
        assertThat(node.inbox().markRead(user, kept.get(3), "-").join().unread()).isEqualTo(1);
        assertThat(redis.commands().zcard(node.keys().expiries(user))).as("what is read need not be remembered").isLessThanOrEqualTo(1);
    }

    @Test
    void anExpiredMessageIsCountedOnceHoweverOftenPagesCome() {
        long before = node.metrics().snapshot().get("expired");
        long now = (long) (redis.time() * 1000);
        Position sent = node.inbox().publish(user, List.of(draft(null, now + 100, 1))).join().get(0).position();
        node.inbox().publish(user, List.of(draft(null, now + 100, 2), draft(null, now + 100, 3))).join();
        node.inbox().markDelivered(Map.of(user, sent)).join();
        await().until(() -> redis.time() * 1000 > now + 100);
        for (int i = 0; i < 3; i++) {
            resume(node, user, null);
            resume(node, user, sent);
            node.inbox().page(user, null, 10).join();
        }

        assertThat(node.metrics().snapshot().get("expired") - before).as("one had been sent in time").isEqualTo(2);
    }

    @Test
    void manyMessagesThatExpireTogetherAreNotUnread() {
        long now = (long) (redis.time() * 1000);
        node.inbox().publish(user, IntStream.range(0, 500).mapToObj(i -> draft(null, now + 300, i)).toList()).join();
        publish(node, user, 3);
        await().until(() -> redis.time() * 1000 > now + 300);

        for (int i = 0; i < 4; i++) {
            assertThat(node.inbox().page(user, null, 0).join().unread()).isEqualTo(3);
        }
    }

    @Test
    void expiriesOfWhatIsTrimmedDoNotPileUp() {
        long later = (long) (redis.time() * 1000) + 60_000;
        for (int i = 0; i < 30; i++) {
            small.inbox().publish(user, List.of(draft(null, later, 1), draft(null, later + i, 2), draft(null, later, 3))).join();
        }

        assertThat(redis.commands().zcard(small.keys().expiries(user))).isLessThanOrEqualTo(15);
        assertThat(small.inbox().page(user, null, 0).join().unread()).isEqualTo(5);
        assertThat(redis.commands().pttl(small.keys().expiries(user))).isPositive();
    }

    @Test
    void aReadMarkInAnyOldEpochCountsExactly() {
        List<Position> kept = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            publish(node, user, 4).forEach(published -> kept.add(published.position()));
            beginEpoch(user);
        }
        publish(node, user, 1);
        for (int read = 0; read < kept.size(); read++) {
            assertThat(node.inbox().markRead(user, kept.get(read), "-").join().unread()).isEqualTo(kept.size() - read);
        }
        beginEpoch(user);
        assertThat(resume(node, user, null).unread()).isEqualTo(1);
    }

    /** Before, the whole inbox was copied: one second of Redis's time for each thousand logins after a restart. */
    @Test
    void countingUnreadCostsTheSameHoweverManyThereAre() throws IOException {
        String other = user + " with few";
        Position few = publish(node, other, 1).get(0).position();
        Position many = publish(node, user, 1).get(0).position();
        publish(node, user, 900);
        for (String each : List.of(user, other)) {
            beginEpoch(each);
            publish(node, each, 1);
        }
        try (Monitor monitor = Monitor.of(redis)) {
            node.inbox().markRead(other, few, "-").join();
            node.inbox().page(other, null, 0).join();
            int before = monitor.inScripts().size();
            node.inbox().markRead(user, many, "-").join();
            assertThat(node.inbox().page(user, null, 0).join().unread()).isEqualTo(901);
            List<List<String>> all = monitor.inScripts();

            assertThat(all).hasSize(2 * before);
            assertThat(all).filteredOn(command -> command.get(0).endsWith("RANGE")).isNotEmpty().allSatisfy(command -> assertThat(command).contains("COUNT", "1"));
        }
    }

    // --- nothing fails halfway

    @Test
    void anAnnouncementThatIsRefusedLeavesTheMessageKeptOnce() {
        acl("mute", ">mute", "~*", "resetchannels", "&websocket:*", "&bellhop:probe:*", "+@all");
        try (TestNode mute = TestNode.start("redis://mute:mute@localhost:" + redis.port()).awaitRedis()) {
            List<Published> first = mute.inbox().publish(user, List.of(draft("a", 0, 1), draft("b", 0, 2))).join();
            List<Published> again = mute.inbox().publish(user, List.of(draft("b", 0, 2), draft("c", 0, 3))).join();
            long epoch = first.get(0).position().epoch();

            assertThat(first).extracting(Published::position).containsExactly(at(epoch, 1), at(epoch, 2));
            assertThat(again).containsExactly(new Published(Outcome.DUPLICATE, at(epoch, 2)), new Published(Outcome.KEPT, at(epoch, 3)));
            assertThat(positions(resume(node, user, null))).containsExactly(at(epoch, 1), at(epoch, 2), at(epoch, 3));
            assertThat(mute.inbox().markRead(user, at(epoch, 2), "-").join()).isEqualTo(new Inbox.ReadMark(at(epoch, 2), 1));
            assertThat(mute.metrics().snapshot()).containsEntry("announcements_refused", 3L);
        }
        assertThat(last(publish(node, user, 1)).offset()).isEqualTo(4);
    }

    @Test
    void anIdKeyOfAnotherTypeHarmsNothing() {
        redis.commands().lpush(node.keys().id(user, "odd"), "x");
        Published first = node.inbox().publish(user, List.of(draft("odd", 0, 1))).join().get(0);
        Published again = node.inbox().publish(user, List.of(draft("odd", 0, 1))).join().get(0);

        assertThat(first.outcome()).isEqualTo(Outcome.KEPT);
        assertThat(again).isEqualTo(new Published(Outcome.DUPLICATE, first.position()));
        assertThat(last(publish(node, user, 1)).offset()).isEqualTo(2);
    }

    @Test
    void aKeyOfAnotherTypeIsNoticedBeforeAnythingIsWritten() {
        Position read = publish(node, user, 2).get(0).position();
        redis.commands().set(node.keys().expiries(user), "x");
        assertThat(catchThrowable(() -> node.inbox().publish(user, List.of(draft(null, 0, 1), draft(null, Long.MAX_VALUE / 2, 2))).join())).hasMessageContaining("WRONGTYPE");
        assertThat(catchThrowable(() -> node.inbox().markRead(user, read, "-").join())).hasMessageContaining("WRONGTYPE");
        redis.commands().del(node.keys().expiries(user));

        assertThat(resume(node, user, null).end().offset()).isEqualTo(2);
        assertThat(resume(node, user, null).unread()).isEqualTo(2);
    }

    @Test
    void goesOnBehindAStreamThatIsAheadOfTheMarks() {
        Position last = last(publish(node, user, 2));
        String ahead = at(last.epoch(), last.offset() + 3).toString();
        redis.commands().xadd(node.keys().inbox(user), new XAddArgs().id(ahead), Map.of("frame", tail(0), "at", Long.toString(last.epoch())));
        List<Published> then = publish(node, user, 2);

        assertThat(then).extracting(Published::position).containsExactly(at(last.epoch(), 6), at(last.epoch(), 7));
        assertThat(positions(resume(node, user, null))).hasSize(5).isSorted();
        assertThat(last(publish(node, user, 1))).isEqualTo(at(last.epoch(), 8));
        redis.commands().xadd(node.keys().inbox(user), new XAddArgs().id("9999999999999-5"), Map.of("frame", tail(0)));
        assertThat(last(publish(node, user, 2))).isEqualTo(at(10_000_000_000_000L, 2));
    }

    @Test
    void anIdBeyondAllTimeIsSaidToBeOne() {
        redis.commands().xadd(node.keys().inbox(user), new XAddArgs().id("18446744073709551615-5"), Map.of("frame", tail(0)));

        assertThat(catchThrowable(() -> publish(node, user, 1))).hasMessageContaining("DAMAGED");
    }

    @Test
    void aFullRedisRefusesAllOrNothing() {
        Position last = last(publish(node, user, 1));
        redis.commands().configSet("maxmemory", "1");
        try {
            assertThat(catchThrowable(() -> node.inbox().publish(user, List.of(draft("full", 0, 1), draft(null, 0, 2))).join())).hasMessageContaining("OOM");
        } finally {
            redis.commands().configSet("maxmemory", "0");
        }
        assertThat(node.inbox().publish(user, List.of(draft("full", 0, 1))).join().get(0)).isEqualTo(new Published(Outcome.KEPT, at(last.epoch(), 2)));
    }

    // --- Redis's clock

    @Test
    void aTtlCountsByRedissClockFromWhenItIsSaidToOrElseFromNow() {
        long now = (long) (redis.time() * 1000);
        Message brief = new Message("notice", user, "1", null, 0, 300);
        assertThat(node.inbox().publish(user, List.of(new Draft(brief, null), new Draft(brief, null, now - 301), new Draft(brief, null, now + 60_000))).join())
                .extracting(Published::outcome).containsExactly(Outcome.KEPT, Outcome.EXPIRED, Outcome.KEPT);
        assertThat(resume(node, user, null).messages()).hasSize(2);
        await().until(() -> redis.time() * 1000 > now + 800);

        assertThat(resume(node, user, null).messages()).hasSize(1);
        assertThat(resume(node, user, null).unread()).isEqualTo(1);
    }

    // --- pages of the inbox

    @Test
    void pagesGoFromTheNewestBackwards() {
        List<Position> kept = publish(node, user, 5).stream().map(Published::position).toList();
        Inbox.Page newest = node.inbox().page(user, null, 2).join();
        Inbox.Page older = node.inbox().page(user, newest.next(), 2).join();
        Inbox.Page oldest = node.inbox().page(user, older.next(), 2).join();

        assertThat(newest.messages()).extracting(Inbox.Item::position).containsExactly(kept.get(4), kept.get(3));
        assertThat(older.messages()).extracting(Inbox.Item::position).containsExactly(kept.get(2), kept.get(1));
        assertThat(oldest.messages()).extracting(Inbox.Item::position).containsExactly(kept.get(0));
        assertThat(oldest.next()).isNull();
        assertThat(newest.messages().get(0).frameTail()).isEqualTo(tail(4));
        assertThat(newest.end()).isEqualTo(kept.get(4));
    }

    /** A user whose messages are large fills no node's memory by asking for a hundred, in many requests at once. */
    @Test
    void aPageOfLargeMessagesIsShort() {
        String large = '"' + "x".repeat(200_000) + '"';
        for (int i = 0; i < 30; i++) {
            node.inbox().publish(user, List.of(new Draft(new Message("big", user, large, null, 0), null))).join();
        }
        List<Position> seen = new ArrayList<>();
        Position next = null;
        do {
            long before = redis.sentBytes();
            Inbox.Page page = node.inbox().page(user, next, 100).join();
            assertThat(redis.sentBytes() - before).as("bytes of a page").isLessThan(2 << 20);
            page.messages().forEach(message -> seen.add(message.position()));
            next = page.next();
        } while (next != null);
        assertThat(seen).hasSize(30).doesNotHaveDuplicates().isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void aPageBeforeTheBeginningIsEmpty() {
        publish(node, user, 1);

        assertThat(node.inbox().page(user, Position.START, 10).join().messages()).isEmpty();
        assertThat(node.inbox().page("nobody", null, 10).join()).isEqualTo(new Inbox.Page(null, 0, null, null, null, List.of()));
    }

    // --- announcements

    @Test
    void aMessageLargerThanAnyOtherComesBackAsItWas() {
        String data = '"' + "ž🛎️ ".repeat(20_000) + '"';
        Message message = new Message("big", user, data, null, 0);
        node.inbox().publish(user, List.of(new Draft(message, null))).join();

        assertThat(resume(node, user, null).messages()).extracting(Announcement.Kept::frameTail).containsExactly(message.frameTail());
    }

    @Test
    void publishingHundredsAtOnceKeepsAllInOrder() {
        List<Position> kept = publish(node, user, 500).stream().map(Published::position).toList();

        assertThat(kept).extracting(Position::offset).containsExactlyElementsOf(LongStream.rangeClosed(1, 500).boxed().toList());
        assertThat(new HashSet<>(kept)).hasSize(500);
    }

    // --- what these tests say

    private static List<Published> publish(TestNode at, String user, int count) {
        return at.inbox().publish(user, IntStream.range(0, count).mapToObj(i -> draft(null, 0, i)).toList()).join();
    }

    private List<Outcome> entries(String... entries) {
        List<Draft> drafts = java.util.Arrays.stream(entries).map(entry -> new Draft(draft(null, 0, 0).message(), entry)).toList();
        return node.inbox().publish(user, drafts).join().stream().map(Published::outcome).toList();
    }

    private static Draft draft(String id, long expiresAt, int n) {
        return new Draft(new Message("notice", "the caller says", Integer.toString(n), id, expiresAt), null);
    }

    private static String tail(int n) {
        return draft(null, 0, n).message().frameTail();
    }

    /** As if another Redis had taken over. */
    private static void beginEpoch(String user) {
        redis.commands().hdel(node.keys().marks(user), "replid");
    }

    private static void acl(String user, String... rules) {
        redis.commands().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(user).add("on")
                .addValues(List.of(rules)));
    }

    private static Stretch resume(TestNode at, String user, Position after) {
        return at.inbox().resume(user, after, null, 1000).join();
    }

    private static List<Position> positions(Stretch stretch) {
        return stretch.messages().stream().map(Announcement.Kept::position).toList();
    }

    private static Position last(List<Published> published) {
        return published.get(published.size() - 1).position();
    }

    private static Position at(long epoch, long offset) {
        return new Position(epoch, offset);
    }

    private static void restart() {
        redis.restart();
        await().ignoreExceptions().until(() -> node.redis().call(commands -> commands.ping()).get().equals("PONG"));
    }

    /** @param first the first position of its epoch */
    private static void awaitAge(Position first, long millis) {
        await().pollInterval(20, TimeUnit.MILLISECONDS).until(() -> redis.time() * 1000 > first.epoch() + millis);
    }
}
