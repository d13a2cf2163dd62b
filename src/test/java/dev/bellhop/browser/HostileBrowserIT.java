package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever may write messages may write markup and scripts into every field of them: users see it as text, and none of it
 * runs. A dialog fails each test.
 */
class HostileBrowserIT extends InBrowser {

    private static final String IMAGE = "<img src=x onerror=\"alert(1);window.hacked=1\">";
    private static final String SCRIPT = "<script>alert(2);window.hacked=1</script>";
    private static final String SVG = "\"'><svg onload=alert(3)></svg>";

    private String user;
    private Desk desk;

    /** Without the pages' Content Security Policy: it is the second wall, and must not hide holes in the first. */
    @Override
    protected Browser.NewContextOptions options() {
        return super.options().setBypassCSP(true);
    }

    @BeforeEach
    void logIn() {
        user = newUser();
        desk = desk(user);
    }

    private void assertNothingRan() {
        assertThat(desk.page().evaluate("window.hacked")).isNull();
        assertThat(desk.page().locator("#toasts img, #toasts script, #toasts svg, bellhop-bell #list :is(img, script, svg)")).hasCount(0);
    }

    @Test
    void markupInToastsAndInTheBellIsText() {
        for (String attack : List.of(IMAGE, SCRIPT, SVG)) {
            backend.post(Backend.message("notice", user, Map.of("title", attack, "text", attack + "!")));
        }
        assertThat(desk.awaitShown(3)).containsExactly(IMAGE + "!", SCRIPT + "!", SVG + "!");
        assertThat(desk.toasts().first().locator("strong")).hasText(IMAGE);
        desk.openBell();
        assertThat(desk.entries()).hasCount(3);
        assertThat(desk.entries().nth(0)).containsText(SVG);
        assertThat(desk.entries().nth(1)).containsText(SCRIPT);
        assertThat(desk.entries().nth(2)).containsText(IMAGE);
        assertNothingRan();
    }

    @Test
    void markupInATypeIsTextAndATypeCannotPassForBellhopsOwn() {
        String type = "<img src=x onerror=alert(4)>";
        backend.post(Backend.message(type, user, Map.of()));
        backend.post(Backend.message("__proto__", user, Map.of("__proto__", "<b>x</b>")));
        backend.post(Backend.message("notice", user, Map.of("text", "the end")));
        desk.awaitShown(1);
        desk.openBell();
        assertThat(desk.entries()).hasCount(3);
        assertThat(desk.entries().nth(1)).containsText("__proto__");
        assertThat(desk.entries().nth(2)).containsText(type);
        assertNothingRan();
    }

    @Test
    void anIdWithMarkupDoesNoHarm() {
        backend.post(message("notice", to(user), id("<img src=x onerror=alert(5)>"), data("{\"text\":\"kept\"}")));
        redis.publish(message("notice", to(user), id("<img src=x onerror=alert(6)>"), data("{\"text\":\"not kept\"}")));
        assertThat(desk.awaitShown(2)).containsExactlyInAnyOrder("kept", "not kept");
        desk.openBell();
        assertThat(desk.entries()).hasCount(1);
        assertNothingRan();
    }

    @Test
    void onlyLinksOfTheWebAreLinks() {
        List<String> bad = List.of("javascript:alert(7)", " JaVa\tScript:alert(8)", "data:text/html,<script>alert(9)</script>", "vbscript:alert(10)");
        for (String url : bad) {
            backend.post(Backend.message("notice", user, Map.of("title", "bad", "text", url, "url", url)));
        }
        backend.post(Backend.message("notice", user, Map.of("title", "good", "text", "rooms", "url", "rooms")));
        desk.awaitShown(5);
        desk.openBell();
        assertThat(desk.entries()).hasCount(5);
        for (int i = 1; i < 5; i++) {
            assertThat(desk.entries().nth(i).getByRole(AriaRole.LINK)).hasCount(0);
            desk.entries().nth(i).click();
        }
        desk.entries().first().getByRole(AriaRole.LINK).click();
        assertThat(desk.page().getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).hasText("Rooms");
        assertNothingRan();
    }

    @Test
    void dataOfAnyKindBreaksNoPage() {
        for (String data : List.of("null", "7", "\"text\"", "[1,[2]]", "{\"text\":{\"toString\":1}}", "{\"text\":[{}],\"title\":{\"a\":1}}", "true")) {
            redis.add(message("notice", to(user), data(data)));
        }
        backend.add(user, "the end");
        assertThat(desk.awaitShown(8)).containsExactly("notice", "7", "text", "notice", "notice", "notice", "notice", "the end");
        desk.openBell();
        assertThat(desk.entries()).hasCount(8);
        assertNothingRan();
    }

    @Test
    void thePagesForbidScriptsOfOthersAndFrames() {
        for (String path : List.of("/shop/", "/shop/rooms", "/shop/login.jsp")) {
            String policy = context.request().get(path).headers().get("content-security-policy");
            assertThat(policy).contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'").doesNotContain("unsafe");
        }
    }
}
