package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Position;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * At a login check a page comes by another connection. In whatever order the old one closes, the new one is answered and messages come that are not kept: each
 * message leaves by one of the two, once.
 */
class HandOverTest {
    private static final Position AT = new Position(5, 1);

    private final HeldInbox inbox = new HeldInbox();
    private final TestNode node = TestNode.on(inbox);
    private final TestPage old = node.open("u");
    private final UserFeed feed = node.registry().feed("u");

    @AfterEach
    void stop() {
        node.kill();
    }

    private void open() {
        feed.subscribed();
        login(old);
    }

    private void login(TestPage page) {
        page.login(AT);
        answerReading();
        await().until(() -> !page.frames().isEmpty());
    }

    /** The page is open, and is asked for its login. */
    private void checked() {
        open();
        old.connection().check();
        await().until(() -> old.frames().size() > 1);
        assertThat(old.frames().get(1)).contains("login_check");
    }

    private void answerReading() {
        await().until(() -> !inbox.readings.isEmpty());
        inbox.readings.remove().answer().complete(new Inbox.Stretch(AT, 0, true, AT, AT, false, List.of()));
    }

    private TestPage fresh() {
        TestPage fresh = node.open("u");
        fresh.send("{\"msg_type\":\"login\",\"data\":{\"last_id\":\"" + AT + "\",\"replaces\":\"" + old.connection().id() + "\"}}");
        return fresh;
    }

    private TestPage freshAndAnswered() {
        TestPage fresh = fresh();
        answerReading();
        await().until(() -> fresh.from() != null);
        return fresh;
    }

    private void passing(int number) {
        feed.passing(Frame.passing("\"msg_type\":\"passing\",\"data\":" + number + "}"));
    }

    private static List<Integer> numbers(TestPage page) {
        return page.frames().stream().filter(frame -> frame.contains("\"passing\"")).map(frame -> Integer.parseInt(frame.replaceAll("\\D", ""))).toList();
    }

    private static void awaitNumbers(TestPage page, Integer... numbers) {
        await().until(() -> numbers(page).size() >= numbers.length);
        assertThat(numbers(page)).containsExactly(numbers);
    }

    @Test
    void theServerClosesTheOldConnectionBeforeTheNewOneIsThere() {
        checked();
        passing(1);
        old.leave();
        passing(2);
        TestPage fresh = fresh();
        passing(3);
        answerReading();
        awaitNumbers(fresh, 2, 3);
        assertThat(fresh.frames().get(0)).contains("\"msg_type\":\"login\"", "\"replaced\":true");
        passing(4);
        awaitNumbers(fresh, 2, 3, 4);
        assertThat(numbers(old)).containsExactly(1);
    }

    @Test
    void messagesWaitForSoManyConnectionsAndNoMore() {
        checked();
        old.leave();
        for (int i = 0; i < LeftConnections.MOST; i++) {
            TestPage broken = node.open("u");
            login(broken);
            broken.connection().endedWithHttpSession();
        }
        passing(1);
        TestPage fresh = freshAndAnswered();
        passing(2);
        awaitNumbers(fresh, 2);
        assertThat(fresh.frames().get(0)).doesNotContain("replaced");
    }

    @Test
    void theServerClosesTheOldConnectionBeforeTheNewOneIsAnswered() {
        checked();
        TestPage fresh = fresh();
        passing(1);
        old.leave();
        passing(2);
        answerReading();
        awaitNumbers(fresh, 2);
        passing(3);
        awaitNumbers(fresh, 2, 3);
        awaitNumbers(old, 1);
    }

    @Test
    void theOldConnectionClosesAfterTheNewOneIsAnsweredAndAMessage() {
        checked();
        TestPage fresh = freshAndAnswered();
        passing(1);
        old.leave();
        passing(2);
        awaitNumbers(fresh, 1, 2);
        assertThat(numbers(old)).isEmpty();
    }

    @Test
    void theNewConnectionComesAfterBellhopHasClosedTheOldOne() {
        checked();
        passing(1);
        await().until(() -> old.closeCode() == 1001);
        passing(2);
        TestPage fresh = fresh();
        passing(3);
        answerReading();
        awaitNumbers(fresh, 2, 3);
        awaitNumbers(old, 1);
    }

    @Test
    void whatTheOldConnectionHasNotSentYetComesByTheNewOne() {
        checked();
        old.stopReading();
        passing(1); // is under way, and nobody knows whether it arrives
        passing(2);
        TestPage fresh = freshAndAnswered();
        passing(3);
        assertThat(numbers(fresh)).containsExactly(3);
        old.leave();
        awaitNumbers(fresh, 3, 2);
        assertThat(numbers(old)).containsExactly(1);
    }

    @Test
    void aSendThatFailsAsTheServerClosesIsMadeAgainByTheNewOne() {
        checked();
        old.failSends();
        passing(1);
        passing(2);
        TestPage fresh = fresh();
        answerReading();
        awaitNumbers(fresh, 1, 2);
        assertThat(numbers(old)).isEmpty();
    }

    @Test
    void aSendThatFailsAfterTheNewOneIsThereToo() {
        checked();
        TestPage fresh = fresh();
        old.holdSends();
        passing(1);
        answerReading();
        await().until(() -> fresh.from() != null);
        old.failSends();
        awaitNumbers(fresh, 1);
        assertThat(numbers(old)).isEmpty();
    }

    @Test
    void whoseLoginHasEndedGetsNothingMore() {
        checked();
        feed.loginEnded(old.connection().login().loginId());
        assertThat(old.connection().closeCode()).isEqualTo(CloseCode.LOGIN_ENDED);
        passing(1);
        TestPage fresh = freshAndAnswered();
        passing(2);
        awaitNumbers(fresh, 2);
        assertThat(fresh.frames().get(0)).doesNotContain("replaced");
    }

    @Test
    void nothingIsKeptForAPageThatWasNotAsked() {
        open();
        old.leave();
        passing(1);
        TestPage fresh = freshAndAnswered();
        passing(2);
        awaitNumbers(fresh, 2);
    }

    @Test
    void nobodyComesAndWhatIsKeptIsForgotten() {
        checked();
        old.leave();
        passing(1);
        long later = System.nanoTime();
        feed.forgetLeft(later - TimeUnit.SECONDS.toNanos(10));
        assertThat(feed.isEmptySince(later)).isFalse();
        feed.forgetLeft(later);
        assertThat(feed.isEmptySince(later)).isTrue();
        TestPage fresh = freshAndAnswered();
        assertThat(numbers(fresh)).isEmpty();
    }

    /** It has found a gap, and is no less open than before. */
    @Test
    void aPageThatAsksForWhatIsMissingGetsWhatIsNotKeptMeanwhile() {
        open();
        old.login(AT);
        await().until(() -> !inbox.readings.isEmpty());
        passing(1);
        awaitNumbers(old, 1);
        answerReading();
    }

    @Test
    void noMoreIsKeptThanAnOutboxHolds() {
        checked();
        old.leave();
        int most = node.settings().queueMessages();
        Stream.iterate(0, number -> number + 1).limit(most + 10L).forEach(this::passing);
        assertThat(old.connection().outbox().waiting()).isEqualTo(most);
    }
}
