package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import org.junit.jupiter.api.Test;

/** Logins that end, and whose messages a page may show. */
class LoginBrowserIT extends InBrowser {

    @Test
    void loggingOutInOneTabEndsTheOtherWhichSaysSo() {
        expectBrokenConnections();
        String user = newUser();
        Desk one = desk(user);
        Desk two = desk().awaitConnected();
        one.logOut();
        assertThat(one.page().getByTestId("sign-in-again")).isVisible();
        two.awaitState("closed");
        assertThat(two.notice()).containsText("You have been signed out.");
        backend.post(user, "kept");
        two.page().getByTestId("sign-in").click();
        two.logIn(user).awaitConnected();
        assertThat(two.awaitShown(1)).containsExactly("kept");
        assertThat(two.notice()).isHidden();
    }

    @Test
    void loggingOutEndsThisLoginOnly() {
        expectBrokenConnections();
        String user = newUser();
        Desk here = desk(user);
        BrowserContext elsewhere = newContext(options());
        Desk there = Desk.open(elsewhere).logIn(user).awaitConnected();
        here.logOut();
        assertThat(here.page().getByTestId("sign-in-again")).isVisible();
        backend.post(user, "a");
        assertThat(there.awaitShown(1)).containsExactly("a");
        assertThat(there.state()).hasAttribute("data-state", "open");
    }

    @Test
    void whoLogsInNextInTheSameTabSeesNothingOfWhoWasThereBefore() {
        // why: a page that is cut off before it is told why asks who is logged in; nobody is
        expectConsoleError("status of 401 .*/api/me");
        String one = newUser();
        String two = newUser();
        Desk desk = desk(one);
        backend.post(one, "for one");
        desk.awaitShown(1);
        desk.logOut();
        backend.post(one, "for one again");
        backend.post(two, "for two");
        desk.page().getByTestId("sign-in-again").click();
        desk.logIn(two).awaitConnected();
        assertThat(desk.awaitShown(2)).containsExactly("for one", "for two");
        assertThat(desk.badge()).hasText("1");
        desk.openBell();
        assertThat(desk.entries()).hasCount(1);
        assertThat(desk.entries()).containsText("for two");
    }

    @Test
    void whomAnAdministratorDisconnectsIsToldSoAndDoesNotComeBack() {
        connectEachPage();
        String user = newUser();
        Desk desk = desk(user);
        // noted by the page itself, so that no new connection is overlooked
        desk.page().evaluate("() => { const Real = WebSocket; window.opened = 0; window.WebSocket = class extends Real { constructor(...all) { super(...all); opened++; } }; }");
        backend.disconnect(user);
        desk.awaitState("closed");
        assertThat(desk.notice()).containsText("disconnected by an administrator");
        desk.page().evaluate("() => { for (const type of ['online', 'focus', 'pageshow']) window.dispatchEvent(new Event(type)); }");
        assertThat(desk.page().evaluate("opened")).isEqualTo(0);
    }
}
