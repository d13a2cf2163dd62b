package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The moments of the hand-over from replay to live that a race hits once in a thousand times, one by one. */
class UserFeedTest {
    private static final long EPOCH = 5;

    private final HeldInbox inbox = new HeldInbox();
    private final TestNode node = TestNode.on(inbox);
    private final TestPage page = node.open("u");
    private final UserFeed feed = node.registry().feed("u");

    /** Answers a reading when the test says so. */
    private static final class HeldInbox extends Inbox {
        private final BlockingQueue<Reading> readings = new LinkedBlockingQueue<>();

        private boolean loginEnded;

        private record Reading(Position after, CompletableFuture<Stretch> answer) {}

        HeldInbox() {
            super(null, null, (Settings) null, new Metrics());
        }

        @Override
        public CompletableFuture<Stretch> resume(String user, Position after, Position sent, int most) {
            Reading reading = new Reading(after, new CompletableFuture<>());
            readings.add(reading);
            return reading.answer();
        }

        @Override
        public CompletableFuture<Boolean> isLoginEnded(String user, String loginId) {
            return CompletableFuture.completedFuture(loginEnded);
        }

        @Override
        public CompletableFuture<?> markDelivered(String user, Position position) {
            return CompletableFuture.completedFuture(null);
        }
    }

    @AfterEach
    void stop() {
        node.threads().shutdownNow();
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
        HeldInbox.Reading anew = reading(at(1));
        answer(reading, 1, 1);
        HeldInbox.Reading next = reading(at(1));
        answer(anew, 1, 1);

        answer(next, 1, 2);
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
        HeldInbox.Reading now = reading(at(0));
        answer(before, 3, 4);
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
        answerInPart(reading(at(0)), 0, 2, 9);
        HeldInbox.Reading newRest = reading(at(2));
        answer(rest, 4, 9);
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

    // --- what these tests say

    private void loggedIn(long offset) {
        feed.subscribed();
        page.login(at(offset));
        answer(reading(at(offset)), offset, offset);
        // the answer to login, and then live
        await().until(() -> page.from() != null);
        await().until(() -> {
            synchronized (feed) {
                return page.connection().state == Connection.State.LIVE;
            }
        });
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
        List<Announcement.Kept> messages = LongStream.rangeClosed(from + 1, to).mapToObj(UserFeedTest::kept).toList();
        reading.answer().complete(new Inbox.Stretch(at(end), 0, true, at(from), at(to), to < end, messages));
    }

    private void live(long offset) {
        feed.announced(kept(offset));
    }

    private List<Long> offsets() {
        return page.positions().stream().map(Position::offset).toList();
    }

    private static Announcement.Kept kept(long offset) {
        return new Announcement.Kept(at(offset), 0, "\"msg_type\":\"n\"}");
    }

    private static Position at(long offset) {
        return new Position(EPOCH, offset);
    }
}
