package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Each page of the demonstration, light and dark, as it is when something is going on: without barriers, and kept as a
 * picture in {@code target/screenshots}. Nobody compares the pictures; people look at them. With
 * {@code -Drefresh.images=true} those that lie in {@code src/site/images} too are made anew there.
 */
class LooksBrowserIT extends InBrowser {

    @Test
    void light() {
        look(ColorScheme.LIGHT, "alice", "");
    }

    @Test
    void dark() {
        look(ColorScheme.DARK, "bob", "-dark");
    }

    /** Why not a user of its own: people look at the names. */
    private void look(ColorScheme scheme, String user, String suffix) {
        redis.commands().del("bellhop:{" + user + "}:inbox", "bellhop:{" + user + "}:ids", "bellhop:{" + user + "}:marks");
        useContext(options().setColorScheme(scheme));
        Desk desk = desk();
        Page page = desk.page();
        picture(page, "login" + suffix);
        desk.logIn(user, "wrong");
        assertThat(page.getByTestId("login-failed")).isVisible();
        picture(page, "login-failed" + suffix);
        desk.logIn(user).awaitConnected();
        desk.openBell();
        assertThat(page.locator("bellhop-bell #empty")).isVisible();
        picture(page, "bell-empty" + suffix);
        desk.bell().click(); // why not Escape: the focus would show
        page.mouse().move(600, 400);

        backend.post(notice(user, "Room 207 is ready", "Housekeeping has just finished."));
        backend.post(notice(user, "The Brandts have arrived", "Two guests, two nights; their luggage is at the desk."));
        desk.awaitShown(2);
        assertThat(desk.badge()).hasText("2");
        picture(page, "shop" + suffix);
        desk.openBell();
        assertThat(desk.entries()).hasCount(2);
        picture(page, "bell" + suffix);
        desk.goTo("Rooms");
        desk.awaitConnected();
        picture(page, "rooms" + suffix);
        backend.disconnect(user);
        assertThat(desk.notice()).isVisible();
        picture(page, "disconnected" + suffix);
        desk.logOut();
        assertThat(page.getByTestId("sign-in-again")).isVisible();
        picture(page, "logged-out" + suffix);
    }

    private static String notice(String user, String title, String text) {
        return Backend.message("notice", user, Map.of("title", title, "text", text));
    }
}
