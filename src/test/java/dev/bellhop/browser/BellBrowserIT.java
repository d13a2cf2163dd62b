package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bell on a page that is open for long, or in a browser that more than one user logs in with. */
class BellBrowserIT extends InBrowser {

    private static final int NEWEST = 100;

    private void add(String user, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> backend.add(user, "message " + i));
    }

    /** What the list shows from its top, if these messages are the newest. */
    private static List<String> newestFirst(int from, int to) {
        List<String> texts = new ArrayList<>(IntStream.rangeClosed(from, to).mapToObj(i -> "message " + i).toList());
        Collections.reverse(texts);
        return texts;
    }

    private static List<String> titles(Desk desk) {
        return desk.page().locator("bellhop-bell .title").allTextContents();
    }

    /** The list is open all the time, so each message of the burst is read at once: that must not count as abuse. */
    @Test
    void aBurstLeavesTheNewestHundredAndTheRestIsOneClickAway() {
        connectEachPage(); // Playwright does not tell of a worker's
        String user = newUser();
        Desk desk = desk(user).openBell();
        AtomicInteger reconnects = new AtomicInteger();
        desk.page().onWebSocket(socket -> reconnects.incrementAndGet());
        assertThat(desk.page().locator("bellhop-bell #empty")).isVisible();
        add(user, 1, 140);
        assertThat(desk.entries().first()).containsText("message 140");
        assertThat(titles(desk)).isEqualTo(newestFirst(41, 140));
        assertThat(desk.badge()).isHidden();

        Locator more = desk.panel().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Show more"));
        more.click();
        assertThat(desk.entries()).hasCount(NEWEST + 20);
        assertThat(titles(desk)).isEqualTo(newestFirst(21, 140));
        add(user, 141, 143);
        assertThat(desk.entries().first()).containsText("message 143");
        assertThat(titles(desk)).isEqualTo(newestFirst(24, 143));
        assertThat(desk.state()).hasAttribute("data-state", "open");

        // the server has been told of the last one
        await().untilAsserted(() -> assertThat(redis.commands().hget("bellhop:{" + user + "}:marks", "read"))
                .isEqualTo(redis.commands().xrevrange("bellhop:{" + user + "}:inbox", Range.unbounded(), Limit.from(1)).get(0).getId()));
        assertThat(reconnects).as("closed for too many frames").hasValue(0);
    }

    /** While a page stays open somebody else logs in, in another tab: the cookie is theirs now. */
    @Test
    void aPageDoesNotShowTheListOfWhoeverHasLoggedInSince() {
        String alice = newUser();
        String bob = newUser();
        backend.post(alice, "for alice");
        backend.post(bob, "a secret of bob's");
        Desk old = desk(alice);
        old.openBell();
        assertThat(old.entries()).hasCount(1);
        old.bell().click();

        expectBrokenConnections(); // bellhop.js finds out that the login has ended
        Desk other = desk().awaitConnected();
        other.logOut();
        old.awaitState("closed");
        other.page().navigate("/shop/");
        other.logIn(bob).awaitConnected();
        other.openBell();
        assertThat(other.entries()).containsText(new String[] {"a secret of bob's"});

        old.openBell();
        assertThat(old.panel().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Try again"))).isVisible();
        assertThat(old.panel()).not().containsText("secret");
        assertThat(titles(old)).containsExactly("for alice");
        assertThat(old.panel()).isVisible();
        picture(old.page(), "bell-of-another");
    }
}
