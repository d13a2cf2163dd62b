package dev.bellhop.live;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import io.lettuce.core.KillArgs;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What pages are sent, on two nodes with one real Redis. The pages are no more than a list of frames. */
class PagesIT {
    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode one = TestNode.start(redis).awaitRedis().withPages();
    private static final TestNode two = TestNode.start(redis).awaitRedis().withPages();

    @BeforeEach
    void ready() {
        await().until(() -> one.pubSub().hears() && two.pubSub().hears());
    }

    @Test
    void aMessageThatSkipsAPositionSendsThePageBackToTheInbox() {
        long gaps = one.metrics().snapshot().get("gaps");
        TestPage page = one.open("gap").login(null);
        await().until(() -> page.from() != null);
        Position first = publish(one, "gap");
        await().until(() -> page.positions().size() == 1);

        Position lost = new Position(first.epoch(), 2);
        redis.commands().eval("redis.call('XADD', KEYS[1], ARGV[1], 'frame', '\"msg_type\":\"unheard\"}', 'at', redis.call('TIME')[1] * 1000)"
                + " redis.call('HSET', KEYS[2], 'last', ARGV[1])", ScriptOutputType.STATUS,
                new String[] {one.keys().inbox("gap"), one.keys().marks("gap")}, lost.toString());
        Position third = publish(one, "gap");

        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(first, lost, third));
        assertThat(one.metrics().snapshot().get("gaps")).isEqualTo(gaps + 1);
    }

    @Test
    void whoIsHereIsWrittenAgainWhenRedisHasBeenAway() {
        TestPage page = one.open("present").login(null);
        String key = one.keys().connections("present");
        await().until(() -> redis.commands().exists(key) == 1);
        redis.commands().flushall();
        redis.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        await().atMost(Duration.ofSeconds(60)).until(() -> redis.commands().exists(key) == 1);
        page.leave();
    }

    @Test
    void pagesGoOnWhenRedisHasLostEverything() {
        TestPage page = one.open("lost").login(null);
        await().until(() -> page.from() != null);
        Position before = publish(one, "lost");
        await().until(() -> page.positions().size() == 1);
        redis.commands().flushall();
        Position after = publish(one, "lost");
        Position next = publish(two, "lost");

        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(before, after, next));
    }

    @Test
    void anOpenPageIsToldWhenRedisHasBeenRestarted() {
        TestPage page = one.open("restarted").login(null);
        await().until(() -> page.from() != null);
        Position before = publish(one, "restarted");
        await().until(() -> page.positions().size() == 1);
        redis.restart();

        await().atMost(Duration.ofSeconds(20)).until(() -> logins(page).size() == 2);
        assertThat(logins(page).get(1)).contains("\"recovered\":false");
        two.awaitRedis();
        Position after = publish(two, "restarted");
        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(before, after));
        assertThat(after.epoch()).isGreaterThan(before.epoch());
        assertThat(logins(page)).hasSize(2);
    }

    @Test
    void pagesGoOnWhenRedisHasLostEverythingAndItsClockHasGoneBack() {
        TestPage page = one.open("back").login(null);
        await().until(() -> page.from() != null);
        Position before = publish(one, "back");
        await().until(() -> page.positions().size() == 1);
        await().until(() -> before.equals(one.inbox().page("back", null, 0).join().delivered()));
        String replid = redis.commands().hget(one.keys().marks("back"), "replid");
        redis.commands().flushall();
        Position lower = new Position(before.epoch() - 3_600_000, 0);
        redis.commands().hset(one.keys().marks("back"), Map.of("last", lower.toString(), "base", "0", "replid", replid));
        Position first = publish(one, "back");
        Position second = publish(two, "back");

        assertThat(second.epoch()).isEqualTo(lower.epoch());
        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(before, first, second));
        assertThat(logins(page)).hasSize(2).last().asString().contains("\"recovered\":false");
        await().until(() -> second.equals(one.inbox().page("back", null, 0).join().delivered()));
        TestPage next = one.open("back").login(null);
        await().until(() -> next.from() != null);
        assertThat(logins(next)).first().asString().contains("\"recovered\":true", "\"from_id\":\"" + second + "\"");
    }

    private static List<String> logins(TestPage page) {
        return page.frames().stream().filter(frame -> frame.startsWith("{\"msg_type\":\"login\"")).toList();
    }

    @Test
    void aPageThatLogsInWhileRedisIsAwayIsServedWhenItComes() {
        redis.kill();
        await().until(() -> !one.redis().isConnected());
        TestPage page = one.open("patient").login(null);
        redis.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> page.from() != null);
        two.awaitRedis();
        Position first = publish(two, "patient");
        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(first));
    }

    @Test
    void aLongInboxDoesNotOverflowTheOutbox() {
        try (TestNode narrow = TestNode.start(redis, "bellhop.connection.queue=7").awaitRedis().withPages()) {
            List<Position> all = new ArrayList<>();
            for (int i = 0; i < 350; i++) {
                all.add(publish(one, "long"));
            }
            TestPage page = narrow.open("long").login(null);

            await().untilAsserted(() -> assertThat(page.positions()).isEqualTo(all));
            assertThat(page.closeCode()).isZero();
        }
    }

    @Test
    void whatExpiresBeforeThePageComesIsLeftOutAndTheRestGoesOn() {
        long gaps = one.metrics().snapshot().get("gaps");
        long soon = (long) (redis.time() * 1000) + 100;
        one.inbox().publish("ttl", List.of(new Draft(new Message("a", "ttl", null, null, soon), null))).join();
        await().until(() -> redis.time() * 1000 > soon);
        TestPage page = one.open("ttl").login(null);
        await().until(() -> page.from() != null);
        Position second = publish(two, "ttl");

        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(second));
        assertThat(second.offset()).isEqualTo(2);
        assertThat(one.metrics().snapshot().get("gaps")).isEqualTo(gaps);
    }

    @Test
    void theSubscriptionLingersAfterTheLastPage() {
        one.open("clicking").login(null).leave();
        TestPage next = one.open("clicking").login(null);
        await().until(() -> next.from() != null);

        assertThat(redis.commands().pubsubNumsub(one.keys().channel("clicking"))).containsEntry(one.keys().channel("clicking"), 1L);
        next.leave();
        await().atMost(Duration.ofSeconds(15)).until(() -> redis.commands().pubsubNumsub(one.keys().channel("clicking")).containsValue(0L));
        assertThat(one.registry().feed("clicking")).isNull();

        TestPage later = one.open("clicking").login(null);
        Position first = publish(two, "clicking");
        await().untilAsserted(() -> assertThat(later.positions()).containsExactly(first));
    }

    @Test
    void whatOnePageWasSentNoOtherIsSentAgain() {
        publish(one, "mark");
        Position second = publish(one, "mark");
        TestPage first = one.open("mark").login(null);
        await().until(() -> first.positions().size() == 2);
        TestPage sameNode = one.open("mark").login(null);
        await().until(() -> sameNode.from() != null);
        assertThat(sameNode.from()).isEqualTo(second);

        await().until(() -> second.equals(one.inbox().page("mark", null, 0).join().delivered()));
        TestPage otherNode = two.open("mark").login(null);
        await().until(() -> otherNode.from() != null);
        assertThat(otherNode.from()).isEqualTo(second);
        assertThat(otherNode.positions()).isEmpty();
    }

    @Test
    void readingOnOnePageShowsOnTheOthersOfBothNodes() {
        Position first = publish(one, "reader");
        TestPage reading = one.open("reader").login(null);
        TestPage beside = one.open("reader").login(null);
        TestPage elsewhere = two.open("reader").login(null);
        TestPage stranger = two.open("stranger").login(null);
        await().until(() -> List.of(reading, beside, elsewhere, stranger).stream().allMatch(page -> page.from() != null));
        reading.send("{\"msg_type\":\"read\",\"data\":{\"id\":\"" + first + "\"}}");

        String read = "{\"msg_type\":\"read\",\"data\":{\"id\":\"" + first + "\",\"unread\":0}}";
        await().untilAsserted(() -> {
            assertThat(beside.frames()).contains(read);
            assertThat(elsewhere.frames()).contains(read);
        });
        assertThat(reading.frames()).doesNotContain(read);
        assertThat(stranger.frames()).doesNotContain(read);
    }

    @Test
    void anAdministratorClosesAUsersPagesOnEveryNode() {
        TestPage here = one.open("banned").login(null);
        TestPage there = two.open("banned").login(null);
        TestPage other = two.open("other").login(null);
        await().until(() -> here.from() != null && there.from() != null && other.from() != null);
        assertThat(one.inbox().announceDisconnect("banned", 4403).join()).isEqualTo(2);

        await().until(() -> here.closeCode() == 4403 && there.closeCode() == 4403);
        assertThat(other.closeCode()).isZero();
    }

    @Test
    void aLoginThatEndsClosesItsPagesOnEveryNode() {
        TestPage here = one.open("leaver").login(null);
        TestPage there = two.open("leaver").login(null);
        await().until(() -> here.from() != null && there.from() != null);
        one.inbox().announceLoginEnded("leaver", "login of another").join();
        one.inbox().announceLoginEnded("leaver", "login of leaver").join();

        await().until(() -> here.closeCode() == 4401 && there.closeCode() == 4401);
    }

    @Test
    void whatIsNotAnAnnouncementHarmsNothing() {
        TestPage page = one.open("odd").login(null);
        await().until(() -> page.from() != null);
        for (String odd : List.of("", "m", "m1-1", "mx-y tail", "m-1 tail", "r", "r1-1 x -", "d", "dx", "?", "{\"json\":1}")) {
            redis.commands().publish(one.keys().channel("odd"), odd);
        }
        Position first = publish(one, "odd");

        await().untilAsserted(() -> assertThat(page.positions()).containsExactly(first));
    }

    @Test
    void manyMessagesToEveryoneAndSomebodyKeepTheirOrder() {
        TestPage alice = one.open("alice").login(null);
        TestPage bob = two.open("bob").login(null);
        TestPage strange = one.open("strange");
        await().until(() -> alice.from() != null && bob.from() != null);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            redis.publish(message("n", to(i % 5 == 0 ? "*" : "alice"), data(i)));
            all.add("{\"msg_type\":\"n\",\"data\":" + i + "}");
        }

        await().untilAsserted(() -> assertThat(alice.frames().stream().skip(1)).isEqualTo(all));
        await().untilAsserted(() -> assertThat(bob.frames()).hasSize(101));
        assertThat(strange.frames()).as("has not logged in").isEmpty();
    }

    private static Position publish(TestNode node, String user) {
        return node.inbox().publish(user, List.of(new Draft(new Message("notice", user, "1", null, 0), null))).join().get(0).position();
    }
}
