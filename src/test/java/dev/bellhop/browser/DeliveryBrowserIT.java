package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.options.AriaRole;
import dev.bellhop.it.RedisServer;
import io.lettuce.core.Range;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Messages, as users see them. */
class DeliveryBrowserIT extends InBrowser {

    @Test
    void aUserLogsInThroughTheForm() {
        String user = newUser();
        Desk desk = desk().logIn(user, "wrong");
        assertThat(desk.page().getByTestId("login-failed")).isVisible();
        desk.logIn(user).awaitConnected();
        assertThat(desk.page().getByTestId("user")).hasText(user);
        assertThat(desk.state()).containsText("Connected");
        assertThat(desk.badge()).isHidden();
    }

    @Test
    void aMessageThroughEachDoorIsShownAtOnceAndWhatIsKeptIsInTheBell() {
        String user = newUser();
        Desk desk = desk(user);
        backend.publish(user, "not kept");
        desk.awaitShown(1);
        backend.add(user, "by the stream");
        desk.awaitShown(2);
        backend.post(user, "over HTTP");
        assertThat(desk.awaitShown(3)).containsExactly("not kept", "by the stream", "over HTTP");
        assertThat(desk.badge()).hasText("2");

        desk.openBell();
        assertThat(desk.entries()).hasCount(2);
        assertThat(desk.entries().nth(0)).containsText("over HTTP");
        assertThat(desk.entries().nth(1)).containsText("by the stream");
        assertThat(desk.badge()).isHidden();
    }

    @Test
    void aScheduledMessageComesByItselfOnceAndInOrder() {
        String user = newUser();
        Desk desk = desk(user);
        backend.schedule(user, 2, "second");
        backend.schedule(user, 1, "first");
        backend.schedule(user, -1, "at once");
        assertThat(desk.awaitShown(3)).containsExactly("at once", "first", "second");
        assertThat(desk.toasts().last()).hasText(Pattern.compile("^second"));
        assertThat(desk.badge()).hasText("3");
    }

    @Test
    void twoTabsShowTheSame() {
        String user = newUser();
        Desk one = desk(user);
        Desk two = desk().awaitConnected();
        backend.publish(user, "a");
        backend.post(user, "b");
        assertThat(one.awaitShown(2)).containsExactly("a", "b");
        assertThat(two.awaitShown(2)).containsExactly("a", "b");
        assertThat(two.badge()).hasText("1");
    }

    @Test
    void whatIsReadOnOneTabIsReadOnTheOther() {
        String user = newUser();
        Desk one = desk(user);
        Desk two = desk().awaitConnected();
        backend.post(user, "a");
        backend.post(user, "b");
        assertThat(one.badge()).hasText("2");
        assertThat(two.badge()).hasText("2");
        one.openBell();
        assertThat(one.badge()).isHidden();
        assertThat(two.badge()).isHidden();
        two.page().reload();
        two.awaitConnected();
        assertThat(two.badge()).isHidden();
        backend.post(user, "c");
        // the first tab's list is still open, so this one is read too
        assertThat(one.entries().first()).containsText("c");
        assertThat(two.awaitShown(3)).last().isEqualTo("c");
        assertThat(two.badge()).isHidden();
    }

    @Test
    void whatWasSentWhileAwayComesOnceAndAReloadRepeatsNothing() {
        String user = newUser();
        Desk desk = desk(user);
        backend.post(user, "before");
        desk.awaitShown(1);
        desk.page().navigate("about:blank");
        backend.post(user, "away 1");
        backend.schedule(user, -1, "away 2");
        desk.page().navigate("/shop/");
        desk.awaitShown(3);
        desk.page().reload();
        desk.awaitConnected();
        backend.post(user, "after");
        assertThat(desk.awaitShown(4)).containsExactly("before", "away 1", "away 2", "after");
        assertThat(desk.badge()).hasText("4");
    }

    @Test
    void goingToTheOtherPageLosesNothingAndCostsRedisNoSubscription() {
        String user = newUser();
        Desk desk = desk(user);
        backend.post(user, "0");
        desk.awaitShown(1);
        long subscriptions = subscriptions();
        for (int i = 1; i <= 6; i++) {
            backend.post(user, Integer.toString(i));
            desk.goTo(i % 2 == 1 ? "Rooms" : "Arrivals");
        }
        assertThat(desk.awaitConnected().awaitShown(7)).containsExactly("0", "1", "2", "3", "4", "5", "6");
        assertThat(desk.badge()).hasText("7");
        assertThat(subscriptions()).isEqualTo(subscriptions);
    }

    /** How often anybody has subscribed to a channel of this Redis. */
    private long subscriptions() {
        Matcher calls = Pattern.compile("cmdstat_s?subscribe:calls=(\\d+)").matcher(redis.commands().info("commandstats"));
        return calls.results().mapToLong(result -> Long.parseLong(result.group(1))).sum();
    }

    @Test
    void whatAPageSendsReachesTheApplication() {
        String user = newUser();
        Desk desk = desk(user);
        desk.goTo("Rooms");
        desk.awaitConnected();
        desk.page().getByRole(AriaRole.BUTTON, new com.microsoft.playwright.Page.GetByRoleOptions().setName("Housekeeping for room 207")).click();
        assertThat(desk.awaitShown(1)).containsExactly("Housekeeping has been asked.");
        await().untilAsserted(() -> assertThat(redis.commands().xrevrange(RedisServer.CONSUMER_STREAM, Range.unbounded()))
                .anySatisfy(entry -> assertThat(entry.getBody()).containsEntry("from_user_id", user)
                        .containsEntry("msg_type", "housekeeping").containsEntry("data", "{\"room\":\"207\"}")));
    }
}
