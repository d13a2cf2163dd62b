package dev.bellhop.live;

import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.board.BoardList;
import dev.bellhop.board.Boards;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.intake.Intake;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.RedisServer;
import dev.bellhop.message.Address;
import dev.bellhop.message.Message;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.XAddArgs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages for everybody, for a role and for a group: once in each reader's inbox, whether they are here or come later. */
class BoardsIT {
    private static final String EVERYBODY = "\"to_user_id\":\"*\"";
    private static final String MANAGERS = "\"to_role\":\"manager\"";
    private static final String ORDER = "\"to_group\":\"order-17\"";

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode one = node().withIngest().withPromotion();
    private static final TestNode two = node();

    private final List<TestPage> open = new ArrayList<>();

    private static TestNode node() {
        return TestNode.start(redis, "bellhop.roles=manager,clerk", "bellhop.inbox.max-messages=500").awaitRedis().withPages();
    }

    @BeforeEach
    void empty() {
        await().until(() -> one.registry().connections() == 0 && two.registry().connections() == 0);
        one.forgetWhoIsAway();
        two.forgetWhoIsAway();
        redis.commands().flushall();
    }

    @AfterEach
    void leaveAll() {
        open.forEach(TestPage::leave);
    }

    @Test
    void everybodyGetsItOnceNowOrWhenTheyCome() {
        TestPage here = loggedIn(one, "a");
        TestPage there = loggedIn(two, "a");
        TestPage other = loggedIn(two, "b");
        redis.add(message(EVERYBODY, 1));
        redis.add(message(EVERYBODY, 2));

        for (TestPage page : List.of(here, there, other)) {
            await().until(() -> data(page).equals(List.of(1, 2)));
        }
        assertThat(here.positions()).isEqualTo(there.positions());
        TestPage late = loggedIn(one, "c");
        assertThat(unread(late)).isEqualTo(2);
        await().until(() -> data(late).equals(List.of(1, 2)));
        redis.add(message(EVERYBODY, 3));
        await().until(() -> data(late).equals(List.of(1, 2, 3)));
        await().until(() -> Optional.ofNullable(one.inbox().page("c", null, 0).join().delivered()).filter(sent -> sent.offset() == 3).isPresent()); // written some time after
        leave(here, there, other, late);

        TestPage again = loggedIn(two, "c");
        assertThat(unread(again)).isEqualTo(3);
        assertThat(data(again)).as("all of it has been sent to a page of theirs").isEmpty();
        leave(again);
    }

    /** Redis gives the places on a board by its clock, so what comes then lies before all that the nodes know. */
    @Test
    void itGoesOnWhenRedisHasLostEverythingAndItsClockHasGoneBack() {
        TestPage here = loggedIn(one, "a", "manager");
        TestPage there = loggedIn(two, "a", "manager");
        haveBoardsGoOnInAnHour();
        redis.add(message(EVERYBODY, 1));
        redis.add(message(MANAGERS, 2));
        for (TestPage page : List.of(here, there)) {
            await().until(() -> data(page).size() == 2);
        }
        redis.commands().flushall();
        redis.add(message(EVERYBODY, 3));
        redis.add(message(MANAGERS, 4));
        for (TestPage page : List.of(here, there)) {
            await().until(() -> data(page).size() == 4);
        }
        redis.add(message(EVERYBODY, 5));
        TestPage late = loggedIn(two, "b");
        await().until(() -> data(late).equals(List.of(3, 5)));
        for (TestPage page : List.of(here, there)) {
            await().until(() -> data(page).size() == 5);
            assertThat(data(page)).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        }
        leave(here, there, late);
    }

    /** What the node still holds of the board is not on it any more: whoever logs in then must not be told that they have it. */
    @Test
    void whoLogsInAfterRedisHasLostEverythingGetsWhatComesNextThoughItsClockHasGoneBack() {
        TestPage here = loggedIn(two, "a", "manager");
        haveBoardsGoOnInAnHour();
        redis.add(message(EVERYBODY, 1));
        redis.add(message(MANAGERS, 2));
        await().until(() -> data(here).size() == 2);
        redis.commands().flushall();
        TestPage between = loggedIn(two, "b", "manager");
        redis.add(message(EVERYBODY, 3));
        redis.add(message(MANAGERS, 4));

        await().until(() -> data(here).size() == 4);
        await().until(() -> data(between).size() >= 2);
        assertThat(data(between)).containsExactlyInAnyOrder(3, 4);
        leave(here, between);
    }

    @Test
    void whoHoldsTheRoleAndNobodyElse() {
        TestPage manager = loggedIn(one, "m", "manager");
        TestPage clerk = loggedIn(two, "k", "clerk");
        redis.add(message(MANAGERS, 1));
        await().until(() -> data(manager).equals(List.of(1)));
        TestPage promoted = loggedIn(two, "p", "clerk", "manager");
        await().until(() -> data(promoted).equals(List.of(1)));
        redis.publish(message(MANAGERS, 2));
        await().until(() -> data(promoted).equals(List.of(1, 2)) && data(manager).equals(List.of(1, 2)));
        redis.add(message(EVERYBODY, 3));
        await().until(() -> data(clerk).equals(List.of(3)));
        assertThat(one.inbox().page("m", null, 0).join().unread()).as("what is only passing is not kept").isEqualTo(2);

        redis.add(message("\"to_role\":\"director\"", 4));
        await().until(() -> redis.commands().llen(RedisServer.REJECTED) == 1);
        leave(manager, clerk, promoted);
    }

    @Test
    void whoWasAMemberWhenItWasPublished() {
        TestPage early = loggedIn(one, "early");
        one.groups().add("order-17", "early").join();
        one.groups().add("order-17", "away").join();
        redis.add(message(ORDER, 1));
        await().until(() -> data(early).equals(List.of(1)));
        TestPage late = loggedIn(two, "late");
        two.groups().add("order-17", "late").join();
        two.groups().remove("order-17", "away").join();
        redis.add(message(ORDER, 2));
        await().until(() -> data(early).equals(List.of(1, 2)) && data(late).equals(List.of(2)));
        two.groups().remove("order-17", "early").join();
        redis.add(message(ORDER, 3));
        await().until(() -> data(late).equals(List.of(2, 3)));
        redis.publish(message(ORDER, 4));
        await().until(() -> data(late).equals(List.of(2, 3, 4)));
        redis.add(message(EVERYBODY, 5));
        await().until(() -> data(early).equals(List.of(1, 2, 5)));

        TestPage away = loggedIn(one, "away");
        await().until(() -> data(away).containsAll(List.of(1, 5)) && data(away).size() == 2);
        assertThat(one.groups().of("late").join()).containsExactly("order-17");
        assertThat(one.groups().of("early").join()).isEmpty();
        assertThat(one.groups().members("order-17", null, 10).join()).containsExactly("late");
        leave(early, late, away);
    }

    @Test
    void whoComesBackToAGroupDoesNotGetWhatWasPublishedMeanwhile() {
        for (int i = 1; i <= 3; i++) {
            one.groups().add("order-17", "u").join();
            redis.add(message(ORDER, 10 * i));
            awaitBoard("group:order-17", 2 * i - 1);
            one.groups().remove("order-17", "u").join();
            redis.add(message(ORDER, 10 * i + 1));
            awaitBoard("group:order-17", 2 * i);
        }
        TestPage page = loggedIn(two, "u");
        await().until(() -> data(page).equals(List.of(10, 20, 30)));
        leave(page);
        TestPage again = loggedIn(one, "u");
        assertThat(unread(again)).isEqualTo(3);
        leave(again);
    }

    @Test
    void aMessageWithAnIdIsOneMessageThroughEachDoor() {
        Schedule schedule = new Schedule(one.redis(), one.partitions(), one.promotion());
        Intake intake = new Intake(one.inbox(), one.boards(), schedule);
        Message message = new Message("n", Address.role("manager"), "1", "x", 0, 0);
        String first = intake.keep(message).join();
        assertThat(intake.keep(message).join()).isEqualTo(first);
        assertThat(intake.schedule(message, Instant.now()).join()).isEqualTo(first);
        redis.add("{\"msg_type\":\"n\"," + MANAGERS + ",\"data\":1,\"id\":\"x\"}");
        redis.schedule(redis.time() + 0.2, "{\"msg_type\":\"n\"," + MANAGERS + ",\"data\":2,\"id\":\"y\"}");
        intake.schedule(new Message("n", Address.role("manager"), "3", "z", 0, 0), Instant.now().plusMillis(700)).join();
        TestPage page = loggedIn(two, "m", "manager");

        await().until(() -> data(page).equals(List.of(1, 2, 3)));
        assertThat(redis.commands().xlen(one.keys().board("role:manager"))).isEqualTo(3);
        leave(page);
    }

    @Test
    void whatHasExpiredIsNotTakenIn() {
        one.boards().publish("everyone", List.of(new Inbox.Draft(new Message("n", Address.EVERYONE, "1", null, 0, 300), null))).join();
        redis.add("{\"msg_type\":\"n\"," + EVERYBODY + ",\"data\":2,\"ttl\":60}");
        awaitBoard("everyone", 2);
        double expired = redis.time() + 0.4;
        await().until(() -> redis.time() > expired);
        TestPage page = loggedIn(one, "u");

        assertThat(unread(page)).isEqualTo(1);
        await().until(() -> data(page).equals(List.of(2)));
        leave(page);
    }

    @Test
    void aUserMayHaveBeenAwayForMoreMessagesThanAreTakenInAtOnce() {
        IntStream.range(0, 350).forEach(i -> redis.add(message(EVERYBODY, i)));
        awaitBoard("everyone", 350);
        TestPage page = loggedIn(one, "u");

        assertThat(unread(page)).isEqualTo(350);
        await().until(() -> data(page).equals(IntStream.range(0, 350).boxed().toList()));
        leave(page);
    }

    /** Fewer than {@link BoardFeed#TAIL} are read at once then, and that is not the end. */
    @Test
    void aUserMayHaveBeenAwayForMoreBytesThanAreTakenInAtOnce() {
        IntStream.range(0, 40).forEach(i -> redis.add("{\"msg_type\":\"n\"," + EVERYBODY + ",\"data\":" + i + "." + "0".repeat(60_000) + "}"));
        awaitBoard("everyone", 40);
        for (TestNode node : List.of(one, two)) { // one has seen no user yet who reads the board, and the other holds its tail then
            TestPage first = loggedIn(node, "a of " + node.name());
            TestPage second = loggedIn(node, "b of " + node.name());
            for (TestPage page : List.of(first, second)) {
                await().until(() -> data(page).equals(IntStream.range(0, 40).boxed().toList()));
            }
            leave(first, second);
        }
    }

    @Test
    void aBoardThatCannotBeReadHoldsUpNoLogin() {
        redis.commands().set(one.keys().board("everyone"), "not a stream");
        redis.add(MessageText.message("n", to("u"), MessageText.data(1)));
        TestPage page = loggedIn(one, "u");
        await().until(() -> data(page).equals(List.of(1)));
        redis.commands().del(one.keys().board("everyone"));
        redis.add(message(EVERYBODY, 2));

        await().atMost(Duration.ofSeconds(20)).until(() -> data(page).equals(List.of(1, 2)));
        leave(page);
    }

    @Test
    void aNodeThatHasHeardNothingForAWhileMissesNothing() {
        TestPage page = loggedIn(two, "u");
        redis.add(message(EVERYBODY, 1));
        await().until(() -> data(page).equals(List.of(1)));
        redis.restart(); // the subscriptions are cut
        await().until(() -> redis.commands().ping().equals("PONG"));
        redis.add(message(EVERYBODY, 2));

        await().atMost(Duration.ofSeconds(30)).until(() -> data(page).equals(List.of(1, 2)));
        leave(page);
        one.awaitRedis();
    }

    @Test
    void everyUserHereTakesItInOnceHoweverManyThereAre() {
        List<TestPage> pages = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            pages.add(one.open("u" + i % 150).login(null));
            pages.add(two.open("u" + i % 150).login(null));
        }
        open.addAll(pages);
        await().until(() -> pages.stream().allMatch(page -> page.from() != null));
        for (int i = 0; i < 5; i++) {
            redis.add(message(EVERYBODY, i));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> pages.stream().allMatch(page -> data(page).size() >= 5));
        assertThat(pages).allSatisfy(page -> assertThat(data(page)).containsExactly(0, 1, 2, 3, 4));
    }

    /** Frames for all would wait in the server's queues, and those for one user behind them. */
    @Test
    void fewUsersAtATimeAreSentWhatIsForEverybody() {
        FramesUnderWay underWay = new FramesUnderWay(two);
        for (int i = 0; i < 400; i++) {
            underWay.open("u" + i % 200);
        }
        underWay.awaitLive();
        for (int i = 0; i < 5; i++) {
            redis.add(message(EVERYBODY, i));
            int sent = 400 * (i + 1);
            await().atMost(Duration.ofSeconds(30)).until(() -> underWay.sent() == sent);
        }
        assertThat(underWay.mostUsers()).isBetween(2, Turns.MOST);
        underWay.leave();
    }

    @Test
    void boardsAreListedByWhenTheyWereUsed() {
        BoardList list = new BoardList(one.redis(), one.keys(), one.settings());
        Boards boards = new Boards(one.redis(), one.keys(), one.settings(), list, one.metrics());
        for (String board : List.of("everyone", "role:manager", "group:a", "everyone")) {
            double before = one.redis().call(commands -> commands.zcard(one.keys().boards())).join();
            boards.publish(board, List.of(new Inbox.Draft(new Message("n", Address.ofBoard(board), "1", null, 0, 0), null))).join();
            if (!board.equals("everyone") || before == 0) {
                await().until(() -> list.latest(10).join().contains(board));
            }
            double written = redis.time();
            await().until(() -> redis.time() > written + 0.002);
        }
        assertThat(list.latest(10).join()).as("noted once a minute").containsExactly("group:a", "role:manager", "everyone");
        assertThat(list.latest(1).join()).containsExactly("group:a");
        redis.commands().zadd(one.keys().boards(), -1, "group:forgotten"); // used in 1970
        boards.publish("group:b", List.of(new Inbox.Draft(new Message("n", Address.group("b"), "1", null, 0, 0), null))).join();
        await().until(() -> list.latest(10).join().equals(List.of("group:b", "group:a", "role:manager", "everyone")));
        assertThat(redis.commands().pttl(one.keys().boards())).isPositive();
    }

    @Test
    void anAnnouncementThatIsRefusedIsCountedAndNothingIsLost() {
        TestPage page = loggedIn(two, "u");
        redis.commands().aclSetuser("mute", AclSetuserArgs.Builder.on().addPassword("mute").allKeys().resetChannels().channelPattern("bellhop:probe:*").allCommands());
        try (TestNode mute = TestNode.start("redis://mute:mute@localhost:" + redis.port()).awaitRedis()) {
            mute.boards().publish("everyone", List.of(new Inbox.Draft(new Message("n", Address.EVERYONE, "1", null, 0, 0), null))).join();
            mute.groups().add("order-17", "u").join();
            assertThat(mute.metrics().snapshot()).containsEntry("board_published", 1L).containsEntry("announcements_refused", 2L);
        }
        assertThat(one.groups().of("u").join()).containsExactly("order-17");
        redis.add(message(EVERYBODY, 2)); // says what was before it, so the node sees that it has missed one
        await().until(() -> data(page).equals(List.of(1, 2)));
        leave(page);
    }

    /** What a user is sent alone, and what all are sent, come through one door in its order. */
    @Test
    void theOrderOfADoorIsKept() {
        TestPage page = loggedIn(two, "u");
        for (int i = 0; i < 20; i++) {
            redis.add(message(i % 3 == 0 ? EVERYBODY : "\"to_user_id\":\"u\"", i));
        }
        await().until(() -> data(page).size() == 20);
        assertThat(data(page).stream().filter(i -> i % 3 == 0)).isSorted();
        assertThat(data(page).stream().filter(i -> i % 3 != 0)).isSorted();
        leave(page);
    }

    private static String message(String to, int data) {
        return "{\"msg_type\":\"n\"," + to + ",\"data\":" + data + "}";
    }

    /** As where Redis's clock was an hour ahead and now goes right: what lies on the boards is of later than what comes. */
    private static void haveBoardsGoOnInAnHour() {
        long later = (long) (redis.time() * 1000) + 3_600_000;
        for (String board : List.of("everyone", "role:manager")) {
            redis.commands().xadd(one.keys().board(board), new XAddArgs().id(later + "-1"), Map.of("frame", "", "at", Long.toString(later), "expires", "1"));
        }
    }

    private TestPage loggedIn(TestNode node, String user, String... roles) {
        TestPage page = node.open(user, roles).login(null);
        open.add(page);
        await().until(() -> page.from() != null);
        return page;
    }

    private static void leave(TestPage... pages) {
        List.of(pages).forEach(TestPage::leave);
    }

    private static int unread(TestPage page) {
        String answer = page.frames().stream().filter(frame -> frame.contains("\"msg_type\":\"login\"")).findFirst().orElseThrow();
        return Integer.parseInt(answer.replaceAll(".*\"unread\":(\\d+).*", "$1"));
    }

    private static List<Integer> data(TestPage page) {
        return page.frames().stream().filter(frame -> frame.contains("\"msg_type\":\"n\"")).map(frame -> Integer.parseInt(frame.replaceAll(".*\"data\":(\\d+).*", "$1"))).toList();
    }

    private static void awaitBoard(String board, int messages) {
        await().until(() -> redis.commands().xlen(one.keys().board(board)) == messages);
    }
}
