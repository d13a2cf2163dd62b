package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The pages without a mouse, without eyes, on a small screen, and from right to left. */
class AccessibilityBrowserIT extends InBrowser {

    @Test
    void everythingCanBeDoneWithTheKeyboard() {
        String user = newUser();
        Desk desk = desk();
        Page page = desk.page();
        assertThat(page.getByLabel("Name")).isFocused();
        page.keyboard().type(user);
        page.keyboard().press("Tab");
        page.keyboard().type(user);
        page.keyboard().press("Enter");
        desk.awaitConnected();
        backend.post(user, "older");
        backend.post(Backend.message("notice", user, Map.of("title", "newer", "text", "see the rooms", "url", "rooms")));
        desk.awaitShown(2);
        assertThat(desk.badge()).hasText("2");

        page.keyboard().press("Tab");
        assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Skip to content"))).isFocused();
        assertFocusShows(page);
        tabTo(desk.bell());
        assertFocusShows(page);
        page.keyboard().press("Enter");
        assertThat(desk.panel()).isFocused();
        assertThat(desk.entries()).hasCount(2);
        assertThat(desk.badge()).isHidden();
        Locator newer = desk.panel().getByRole(AriaRole.LINK);
        Locator older = desk.panel().getByRole(AriaRole.ARTICLE);
        page.keyboard().press("ArrowDown");
        assertThat(newer).isFocused();
        assertFocusShows(page);
        page.keyboard().press("ArrowDown");
        assertThat(older).isFocused();
        page.keyboard().press("ArrowDown"); // there is no more
        assertThat(older).isFocused();
        page.keyboard().press("Home");
        assertThat(newer).isFocused();
        page.keyboard().press("Escape");
        assertThat(desk.panel()).isHidden();
        assertThat(desk.bell()).isFocused();

        page.keyboard().press("ArrowDown");
        assertThat(desk.panel()).isFocused();
        page.keyboard().press("End");
        page.keyboard().press("Home");
        assertThat(newer).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).hasText("Rooms");
    }

    private static void tabTo(Locator wanted) {
        for (int i = 0; i < 20 && !isFocused(wanted); i++) {
            wanted.page().keyboard().press("Tab");
        }
        assertThat(wanted).isFocused();
    }

    private static boolean isFocused(Locator locator) {
        return (boolean) locator.evaluate("element => element.getRootNode().activeElement === element");
    }

    /** What has the focus has an outline that can be seen. */
    private static void assertFocusShows(Page page) {
        Object outline = page.evaluate("""
                () => {
                  let focused = document.activeElement;
                  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
                  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
                  return outlineStyle === 'none' ? 0 : parseFloat(outlineWidth);
                }
                """);
        assertThat(((Number) outline).doubleValue()).as("width of the focus's outline").isGreaterThanOrEqualTo(2);
    }

    @Test
    void aScreenReaderIsToldWhatTheBellIs() {
        String user = newUser();
        Desk desk = desk(user);
        assertThat(desk.bell()).hasAccessibleName("Notifications");
        backend.post(user, "Room 207 is ready");
        assertThat(desk.bell()).hasAccessibleName("Notifications, 1 unread");
        assertThat(desk.bell()).hasAttribute("aria-expanded", "false");
        assertThat(desk.page().locator("bellhop-bell [aria-live=polite]")).hasText("New: Room 207 is ready");
        desk.openBell();
        assertThat(desk.bell()).hasAttribute("aria-expanded", "true");
        assertThat(desk.bell()).hasAccessibleName("Notifications");
        assertThat(desk.panel()).matchesAriaSnapshot("""
                - dialog "Notifications":
                  - heading "Notifications" [level=2]
                  - list:
                    - listitem:
                      - article:
                        - text: Unread Room 207 is ready
                        - time: now
                """);
    }

    @Test
    void whoWantsNoMotionGetsNone() {
        useContext(options().setReducedMotion(ReducedMotion.REDUCE));
        String user = newUser();
        Desk desk = desk(user);
        backend.post(user, "a");
        desk.awaitShown(1);
        assertThat(desk.toasts()).hasCSS("animation-name", "none");
        desk.openBell();
        assertThat(desk.panel()).hasCSS("animation-name", "none");
    }

    @Test
    void fromRightToLeftTheBellOpensIntoThePage() {
        String user = newUser();
        Desk desk = desk(user);
        desk.page().evaluate("document.documentElement.dir = 'rtl'");
        backend.post(user, "مرحبا");
        assertThat(desk.badge()).hasText("1");
        desk.openBell();
        assertThat(desk.entries()).hasCount(1);
        assertInside(desk.page(), desk.panel());
        assertInside(desk.page(), desk.toasts());
        assertThat(desk.panel()).hasCSS("direction", "rtl");
        assertThat(desk.toasts().boundingBox().x).isLessThan(100);
        assertNoSidewaysScrolling(desk.page());
        Axe.assertNoViolations(desk.page());
    }

    @Test
    void aNarrowScreenNeedsNoSidewaysScrolling() {
        String user = newUser();
        Desk desk = desk();
        desk.page().setViewportSize(320, 640);
        assertNoSidewaysScrolling(desk.page());
        desk.logIn(user).awaitConnected();
        backend.post(user, "A_long_word_that_nobody_can_break_" + "x".repeat(200));
        desk.awaitShown(1);
        assertNoSidewaysScrolling(desk.page());
        assertInside(desk.page(), desk.toasts());
        desk.toasts().getByRole(AriaRole.BUTTON).click();
        assertThat(desk.toasts()).hasCount(0);
        desk.openBell();
        assertThat(desk.entries()).hasCount(1);
        assertInside(desk.page(), desk.panel());
        assertNoSidewaysScrolling(desk.page());
        desk.page().keyboard().press("Escape");
        desk.goTo("Rooms");
        desk.awaitConnected();
        assertNoSidewaysScrolling(desk.page());
        Axe.assertNoViolations(desk.page());
    }

    private static void assertInside(Page page, Locator locator) {
        var box = locator.boundingBox();
        assertThat(box.x).isGreaterThanOrEqualTo(0);
        assertThat(box.x + box.width).isLessThanOrEqualTo(page.viewportSize().width);
        assertThat(box.y + box.height).isLessThanOrEqualTo(page.viewportSize().height);
    }

    private static void assertNoSidewaysScrolling(Page page) {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
    }
}
