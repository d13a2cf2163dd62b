package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;

/** A tab with the demonstration's front desk in it: what its user sees and does there. */
final class Desk {

    /**
     * Remembers each toast that the user ever saw: they go after some seconds, and a test may look later. Why in the tab: what a page calls while it
     * is being left never arrives here.
     */
    private static final String WATCH_TOASTS = """
            new MutationObserver((changes) => {
              for (const { addedNodes } of changes) for (const node of addedNodes) {
                if (node.dataset?.testid === 'toast') {
                  const shown = JSON.parse(sessionStorage.getItem('toasts shown') ?? '[]');
                  sessionStorage.setItem('toasts shown', JSON.stringify([...shown, node.querySelector('span').textContent]));
                }
              }
            }).observe(document, { childList: true, subtree: true });
            """;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Page page;

    private Desk(Page page) {
        this.page = page;
        page.addInitScript(WATCH_TOASTS);
    }

    /** A new tab at the front desk, or its login form. */
    static Desk open(BrowserContext context) {
        Desk desk = new Desk(context.newPage());
        desk.page.navigate("/shop/");
        return desk;
    }

    Page page() {
        return page;
    }

    Desk logIn(String user) {
        return logIn(user, user);
    }

    Desk logIn(String user, String password) {
        page.getByLabel("Name").fill(user);
        page.getByLabel("Password").fill(password);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in")).click();
        return this;
    }

    void logOut() {
        page.getByTestId("logout").click();
    }

    Desk awaitConnected() {
        return awaitState("open");
    }

    /** {@code connecting}, {@code open}, {@code waiting} or {@code closed}. */
    Desk awaitState(String name) {
        assertThat(state()).hasAttribute("data-state", name);
        return this;
    }

    Locator state() {
        return page.getByTestId("connection-state");
    }

    /** Goes to the application's other page by its link. */
    void goTo(String name) {
        page.getByRole(AriaRole.NAVIGATION).getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name)).click();
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).containsText(name);
    }

    /** What is shown across the page when the connection has ended. */
    Locator notice() {
        return page.getByTestId("notice");
    }

    // --- messages

    Locator toasts() {
        return page.getByTestId("toast");
    }

    /** The texts of all toasts that this tab has ever shown, in order, over reloads. */
    @SuppressWarnings("unchecked") // why: it is what the script gives
    private List<String> shown() {
        try {
            return (List<String>) page.evaluate("() => JSON.parse(sessionStorage.getItem('toasts shown') ?? '[]')");
        } catch (PlaywrightException left) { // the page, for the next one
            return List.of();
        }
    }

    /** Waits until this tab has shown that many toasts. */
    List<String> awaitShown(int count) {
        long begun = System.nanoTime();
        List<String> shown = shown();
        while (shown.size() < count) {
            Assertions.assertThat(Duration.ofNanos(System.nanoTime() - begun)).as("%d toasts; so far %s", count, shown).isLessThan(PATIENCE);
            page.waitForTimeout(50);
            shown = shown();
        }
        return shown;
    }

    // --- the bell

    Locator bell() {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Notifications")));
    }

    /** The number of unread messages; hidden if there is none. */
    Locator badge() {
        return page.locator("bellhop-bell #badge");
    }

    /** The open list. */
    Locator panel() {
        return page.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Notifications"));
    }

    Locator entries() {
        return panel().getByRole(AriaRole.LISTITEM);
    }

    Desk openBell() {
        bell().click();
        assertThat(panel()).isVisible();
        return this;
    }
}
