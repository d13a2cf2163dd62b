package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The moments of the hand-over from replay to live that a race hits once in a thousand times, one by one. */
class UserFeedTest {
    private static final long EPOCH = 5;

    private final HeldInbox inbox = new HeldInbox();
    private final TestNode node = TestNode.on(inbox);
    private final TestPage page = node.open("u");
    private final UserFeed feed = node.registry().feed("u");

    @AfterEach
    void stop() {
        node.kill();
    }

    @Test
    void aLoginWaitsForTheSubscription() {
        page.login(at(1));
        assertThat(inbox.readings).isEmpty();
        feed.subscribed();

        answer(reading(at(1)), 1, 1);
        await().until(() -> page.from() != null);
        live(2);
        await().until(() -> offsets().equals(List.of(2L)));
    }

    @Test
    void whatIsAnnouncedDuringAReadingThatDoesNotHoldItIsReadNext() {
        feed.subscribed();
        page.login(at(1));
        HeldInbox.Reading reading = reading(at(1));
        live(3);
        answer(reading, 1, 2);

        answer(reading(at(2)), 2, 3);
        await().until(() -> offsets().equals(List.of(2L, 3L)));
        live(4);
        await().until(() -> offsets().equals(List.of(2L, 3L, 4L)));
        assertThat(inbox.readings).isEmpty();
    }

    @Test
    void whatIsAnnouncedAndReadComesOnce() {
        feed.subscribed();
        page.login(at(0));
        HeldInbox.Reading reading = reading(at(0));
        live(1);
        live(2);
        answer(reading, 0, 3);
        await().until(() -> offsets().size() == 3);
        live(2);
        live(3);
        live(4);

        await().until(() -> offsets().equals(List.of(1L, 2L, 3L, 4L)));
        assertThat(inbox.readings).isEmpty();
    }

    @Test
    void aReadingThatBeganBeforeTheSubscriptionCameBackIsNotTheLast() {
        feed.subscribed();
        page.login(at(1));
        HeldInbox.Reading reading = reading(at(1));
        feed.subscribed(); // message 2 may have been announced to nobody, after the reading
        answer(reading, 1, 1);

        answer(reading(at(1)), 1, 2);
        await().until(() -> offsets().equals(List.of(2L)));
    }

    @Test
    void aSubscriptionThatComesBackHasThePageReadAgain() {
        loggedIn(1);
        feed.subscribed();
        HeldInbox.Reading reading = reading(at(1));
        live(3);
        answer(reading, 1, 2);

        answer(reading(at(2)), 2, 3);
        await().until(() -> offsets().equals(List.of(2L, 3L)));
    }

    @Test
    void aGapHasThePageReadAgainAndNothingOvertakes() {
        loggedIn(1);
        live(4);
        HeldInbox.Reading reading = reading(at(1));
        live(5);
        assertThat(offsets()).isEmpty();
        answer(reading, 1, 5);

        await().until(() -> offsets().equals(List.of(2L, 3L, 4L, 5L)));
        live(6);
        await().until(() -> offsets().equals(List.of(2L, 3L, 4L, 5L, 6L)));
    }

    @Test
    void whatWasAnnouncedAndIsLostDoesNotHaveThePageReadForEver() {
        loggedIn(1);
        live(4);
        answer(reading(at(1)), 1, 1); // Redis has lost 2 to 4 since

        await().pollDelay(100, TimeUnit.MILLISECONDS).until(inbox.readings::isEmpty);
        live(2);
        await().until(() -> offsets().equals(List.of(2L)));
    }

    @Test
    void whatCouldNotBeTakenInIsRead() {
        loggedIn(1);
        feed.missed();
        feed.resumeMissed();
        feed.resumeMissed();

        answer(reading(at(1)), 1, 2);
        await().until(() -> offsets().equals(List.of(2L)));
        assertThat(inbox.readings).isEmpty();
    }

    @Test
    void aPageThatLogsInAgainIsAnsweredForItsNewPosition() {
        feed.subscribed();
        page.login(at(3));
        HeldInbox.Reading before = reading(at(3));
        page.login(at(0));
        assertThat(inbox.readings).as("one at a time").isEmpty();
        answer(before, 3, 4);
        HeldInbox.Reading now = reading(at(0));
        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> page.frames().isEmpty());
        answer(now, 0, 4);

        await().until(() -> offsets().equals(List.of(1L, 2L, 3L, 4L)));
        assertThat(page.from()).isEqualTo(at(0));
    }

    @Test
    void theRestOfAnEarlierLoginsReplayDoesNotOvertakeTheNewOnes() {
        feed.subscribed();
        page.login(at(3));
        answerInPart(reading(at(3)), 3, 4, 9);
        HeldInbox.Reading rest = reading(at(4));
        page.login(at(0));
        assertThat(inbox.readings).as("one at a time").isEmpty();
        answer(rest, 4, 9);
        answerInPart(reading(at(0)), 0, 2, 9);
        HeldInbox.Reading newRest = reading(at(2));
        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> offsets().equals(List.of(4L, 1L, 2L)));
        answer(newRest, 2, 9);

        await().until(() -> offsets().equals(List.of(4L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L)));
    }

    /** It ended while the page opened, when nobody here listened yet. */
    @Test
    void aLoginThatIsKnownToHaveEndedGetsNothing() {
        inbox.loginEnded = true;
        feed.subscribed();
        page.login(at(1));
        answer(reading(at(1)), 1, 2);
        await().until(() -> page.connection().isClosing());
        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> page.frames().isEmpty());
    }

    @Test
    void aReadingForAPageThatHasLeftChangesNothing() {
        feed.subscribed();
        page.login(at(1));
        HeldInbox.Reading reading = reading(at(1));
        page.leave();
        answer(reading, 1, 2);

        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> page.frames().isEmpty());
        assertThat(feed.connections()).isEmpty();
    }

    // --- how often the inbox is read

    @Test
    void pagesAtTheSamePositionShareAReading() {
        TestPage beside = node.open("u");
        TestPage ahead = node.open("u");
        feed.subscribed();
        page.login(at(1));
        HeldInbox.Reading first = reading(at(1));
        ahead.login(at(2));
        beside.login(at(1));
        page.login(at(1));
        assertThat(inbox.readings).as("one at a time").isEmpty();
        answer(first, 1, 3);
        answer(reading(at(2)), 2, 3);
        answer(reading(at(1)), 1, 3);

        await().until(() -> Stream.of(page, beside).allMatch(one -> one.positions().equals(List.of(at(2), at(3)))));
        await().until(() -> ahead.positions().equals(List.of(at(3))));
        feed.subscribed();
        answer(reading(at(3)), 3, 4);
        await().until(() -> Stream.of(page, beside, ahead).allMatch(one -> one.positions().contains(at(4))));
        assertThat(inbox.readings).isEmpty();
    }

    @Test
    void loginsWithoutEndAreOneReadingAtATimeAndThenRefused() {
        feed.subscribed();
        for (int i = 0; i < 20; i++) {
            page.login(at(i));
        }
        HeldInbox.Reading first = reading(at(0));
        assertThat(inbox.readings).isEmpty();
        await().until(() -> page.frames().size() == 15);
        assertThat(page.frames()).allMatch(frame -> frame.contains("rate_limited"));
        answer(first, 0, 9);
        answer(reading(at(4)), 4, 9);

        await().until(() -> offsets().equals(List.of(5L, 6L, 7L, 8L, 9L)));
        assertThat(inbox.readings).isEmpty();
        for (int i = 0; i < 400 && page.closeCode() == 0; i++) {
            page.login(at(i));
        }
        await().until(() -> page.closeCode() == 1008);
    }

    @Test
    void readingsThatFailAtOnceForThousandsOfUsersHarmNothing() {
        inbox.away = true;
        List<TestPage> pages = IntStream.range(0, 5_000).mapToObj(i -> node.open("user " + i)).toList();
        pages.forEach(one -> one.login(null));
        node.registry().feeds().forEach(UserFeed::subscribed);
        await().until(() -> node.metrics().snapshot().get("reading_failures") >= 5_000 && node.metrics().snapshot().get("readings_under_way") == 0);
        inbox.away = false;
        node.registry().feeds().forEach(UserFeed::subscribed);
        await().until(() -> {
            for (HeldInbox.Reading reading = inbox.readings.poll(); reading != null; reading = inbox.readings.poll()) {
                assertThat(inbox.readings.size()).isLessThan(Readings.MOST);
                answer(reading, 0, 0);
            }
            return pages.stream().allMatch(one -> one.from() != null);
        });
    }

    // --- another epoch

    @Test
    void anOpenPageIsToldThatItMayHaveMissedSomething() {
        loggedIn(1);
        feed.subscribed();
        answerOfEpoch(reading(at(1)), 9, at(1), at(2), in(9, 1));

        await().until(() -> page.positions().equals(List.of(at(2), in(9, 1))));
        assertThat(page.frames().get(1)).startsWith("{\"msg_type\":\"login\",\"data\":{\"user_id\":\"u\",\"last_id\":\"9-1\",\"unread\":0,"
                + "\"recovered\":false,\"from_id\":\"5-1\"");
        feed.announced(kept(in(9, 2)));
        await().until(() -> page.positions().equals(List.of(at(2), in(9, 1), in(9, 2))));
        assertThat(logins()).isEqualTo(2);
    }

    @Test
    void anOpenPageIsToldOnceForOneReplay() {
        loggedIn(1);
        feed.subscribed();
        reading(at(1)).answer().complete(new Inbox.Stretch(in(9, 2), 0, false, at(1), at(2), true, List.of(kept(2))));
        answerOfEpoch(reading(at(2)), 9, at(2), at(3), in(9, 1), in(9, 2));

        await().until(() -> page.positions().equals(List.of(at(2), at(3), in(9, 1), in(9, 2))));
        assertThat(logins()).isEqualTo(2);
    }

    @Test
    void aPageIsToldAgainIfTheInboxIsTrimmedWhileItIsReplayed() {
        loggedIn(1);
        feed.subscribed();
        reading(at(1)).answer().complete(new Inbox.Stretch(in(9, 2), 0, false, at(1), at(2), true, List.of(kept(2))));
        answerOfEpoch(reading(at(2)), 9, at(2), in(9, 40), in(9, 41));

        await().until(() -> page.positions().equals(List.of(at(2), in(9, 40), in(9, 41))));
        assertThat(logins()).isEqualTo(3);
    }

    @Test
    void aGapThatTheInboxCannotFillIsTold() {
        loggedIn(1);
        live(40);
        reading(at(1)).answer().complete(new Inbox.Stretch(at(40), 0, false, at(1), at(40), false, List.of(kept(39), kept(40))));

        await().until(() -> offsets().equals(List.of(39L, 40L)));
        assertThat(page.frames().get(1)).contains("\"recovered\":false", "\"from_id\":\"5-1\"");
    }

    /** Redis has lost everything, and its clock has stepped back. */
    @Test
    void aLowerEpochDoesNotMuteThePage() {
        loggedIn(3);
        feed.announced(kept(in(2, 1)));
        HeldInbox.Reading reading = reading(at(3));
        feed.announced(kept(in(2, 2)));
        answerOfEpoch(reading, 2, Position.START, in(2, 1));
        answerOfEpoch(reading(in(2, 1)), 2, in(2, 1), in(2, 2));

        await().until(() -> page.positions().equals(List.of(in(2, 1), in(2, 2))));
        feed.announced(kept(in(2, 3)));
        await().until(() -> page.positions().equals(List.of(in(2, 1), in(2, 2), in(2, 3))));
        assertThat(page.frames().get(1)).contains("\"recovered\":false", "\"from_id\":\"0-0\"");
        assertThat(inbox.readings).isEmpty();
    }

    @Test
    void theDeliveredMarkFollowsIntoALowerEpoch() {
        feed.subscribed();
        page.login(at(3));
        answer(reading(at(3)), 3, 4);
        await().until(() -> at(4).equals(feed.delivered().take()));
        feed.announced(kept(in(2, 1)));
        answerOfEpoch(reading(at(4)), 2, Position.START, in(2, 1));

        await().until(() -> in(2, 1).equals(feed.delivered().take()));
    }

    @Test
    void whatIsStillHeardOfTheEpochBeforeChangesNothing() {
        loggedIn(1);
        feed.subscribed();
        answerOfEpoch(reading(at(1)), 9, at(1), at(2), in(9, 1));
        await().until(() -> page.positions().size() == 2);
        live(2); // was waiting here when Redis began another epoch
        Inbox.Stretch nothing = new Inbox.Stretch(in(9, 1), 0, true, in(9, 1), in(9, 1), false, List.of());
        await().until(() -> inbox.readings.size() == 1 || isLive());
        inbox.readings.forEach(reading -> reading.answer().complete(nothing));
        inbox.readings.clear();
        await().until(this::isLive);
        feed.announced(kept(in(9, 2)));

        await().until(() -> page.positions().equals(List.of(at(2), in(9, 1), in(9, 2))));
        assertThat(logins()).isEqualTo(2);
    }

    // --- what these tests say

    private void loggedIn(long offset) {
        feed.subscribed();
        page.login(at(offset));
        answer(reading(at(offset)), offset, offset);
        // the answer to login, and then live
        await().until(() -> page.from() != null);
        await().until(this::isLive);
    }

    private boolean isLive() {
        synchronized (feed) {
            return page.connection().state == Connection.State.LIVE;
        }
    }

    private long logins() {
        return page.frames().stream().filter(frame -> frame.startsWith("{\"msg_type\":\"login\"")).count();
    }

    private HeldInbox.Reading reading(Position after) {
        await().until(() -> !inbox.readings.isEmpty());
        HeldInbox.Reading reading = inbox.readings.remove();
        assertThat(reading.after()).isEqualTo(after);
        return reading;
    }

    /** The inbox holds what comes after {@code from} up to {@code end}. */
    private static void answer(HeldInbox.Reading reading, long from, long end) {
        answerInPart(reading, from, end, end);
    }

    /** The same, of which this reading brings what lies up to {@code to}. */
    private static void answerInPart(HeldInbox.Reading reading, long from, long to, long end) {
        List<Announcement.Kept> messages = LongStream.rangeClosed(from + 1, to).mapToObj(offset -> kept(offset)).toList();
        reading.answer().complete(new Inbox.Stretch(at(end), 0, true, at(from), at(to), to < end, messages));
    }

    /** The inbox, now of this epoch, holds these after {@code from}. */
    private static void answerOfEpoch(HeldInbox.Reading reading, long epoch, Position from, Position... messages) {
        Position end = messages[messages.length - 1];
        boolean recovered = reading.after().epoch() == epoch;
        reading.answer().complete(new Inbox.Stretch(end, 0, recovered, from, end, false, Arrays.stream(messages).map(UserFeedTest::kept).toList()));
    }

    private void live(long offset) {
        feed.announced(kept(offset));
    }

    private List<Long> offsets() {
        return page.positions().stream().map(Position::offset).toList();
    }

    private static Announcement.Kept kept(long offset) {
        return kept(at(offset));
    }

    private static Announcement.Kept kept(Position position) {
        return new Announcement.Kept(position, "\"msg_type\":\"n\"}");
    }

    private static Position in(long epoch, long offset) {
        return new Position(epoch, offset);
    }

    private static Position at(long offset) {
        return new Position(EPOCH, offset);
    }
}
