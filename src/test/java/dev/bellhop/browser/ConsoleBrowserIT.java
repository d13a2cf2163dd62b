package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The operator's page, as an operator sees it who wonders why somebody did not get something. */
class ConsoleBrowserIT extends InBrowser {

    private Page console() {
        return console(options());
    }

    /** A new browser with an operator in it; any violation of the page's own content security policy is a console error. */
    private Page console(Browser.NewContextOptions options) {
        useContext(options);
        Page page = desk("admin").page();
        page.navigate("/bellhop/console");
        assertThat(page.getByTestId("console-state")).hasAttribute("data-state", "open");
        return page;
    }

    private static void lookUp(Page console, String user) {
        console.getByTestId("user-id").fill(user);
        console.getByTestId("user-id").press("Enter");
        assertThat(console.getByTestId("user-name")).hasText(user);
    }

    private Desk deskOfAnother(String user) {
        return Desk.open(newContext(options())).logIn(user).awaitConnected();
    }

    @Test
    void nodesAndCountsChangeWhileOneLooks() {
        Page console = console();
        Locator nodes = console.getByTestId("nodes").locator("tbody tr");
        assertThat(nodes.first()).containsText("connected");
        assertThat(nodes.first()).not().containsText("disconnected");
        Locator connections = console.getByTestId("total-connections");
        assertThat(connections).hasText(Pattern.compile("[1-9][0-9]*"));
        // pages of the test before are gone, but a node says so only every five seconds
        AtomicReference<String> seen = new AtomicReference<>();
        await().pollInSameThread().atMost(Duration.ofSeconds(60)).during(Duration.ofSeconds(7))
                .until(() -> {
                    String now = connections.textContent();
                    return now.equals(seen.getAndSet(now));
                });
        int before = Integer.parseInt(connections.textContent());
        deskOfAnother(newUser());
        deskOfAnother(newUser());
        assertThat(connections).hasText(Integer.toString(before + 2));
        assertThat(console.getByTestId("console-state")).hasText("live");
        // what was before is drawn at once, not when it has been seen to happen
        console.reload();
        for (Locator line : console.locator("#charts .line").all()) {
            assertThat(line).hasAttribute("d", Pattern.compile("M.*L.*L.*L.*"), new LocatorAssertions.HasAttributeOptions().setTimeout(8_000));
        }
    }

    @Test
    void whatBecameOfAMessageIsTold() {
        String user = newUser();
        backend.add(user, "nobody is there");
        Page console = console();
        lookUp(console, user);
        Locator fate = console.getByTestId("user-messages").locator("tbody tr");
        assertThat(fate).containsText("no page of this user is open");
        Desk desk = deskOfAnother(user);
        desk.awaitShown(1);
        console.getByTestId("send-text").fill("Can you see this?");
        console.getByTestId("send").getByRole(AriaRole.BUTTON).click();
        assertThat(desk.awaitShown(2)).endsWith("Can you see this?");
        assertThat(console.getByTestId("console-notice")).containsText("Kept for " + user);
        lookUp(console, user);
        assertThat(fate).hasCount(2);
        assertThat(fate.first()).containsText("Sent to the open page; not read");
        assertThat(console.getByTestId("user-connections")).containsText("live");
        desk.openBell();
        assertThat(desk.badge()).isHidden();
        lookUp(console, user);
        assertThat(fate.first()).containsText("Read.");
    }

    private static void send(Page console, String kind, String name, String text) {
        console.getByTestId("many-kind").selectOption(kind);
        if (name != null) {
            console.getByTestId("many-name").fill(name);
        }
        console.getByTestId("many-text").fill(text);
        console.getByTestId("send-many").getByRole(AriaRole.BUTTON).click();
        assertThat(console.getByTestId("console-notice")).hasText("Kept for " + (name == null ? "everybody" : kind.equals("user") ? "the user " + name : "the " + kind + " " + name) + ".");
    }

    /** Looks at a board, and asks for a user. */
    private static Locator whyNot(Page console, String board, String user) {
        Locator row = console.getByTestId("board-row").filter(new Locator.FilterOptions().setHas(
                console.getByRole(AriaRole.ROWHEADER, new Page.GetByRoleOptions().setName(board).setExact(true))));
        console.getByTestId("board-user").evaluate("(input, user) => { input.value = user; }", user); // why not fill: it is hidden at first
        row.getByTestId("look").click();
        assertThat(console.getByTestId("board-name")).hasText(board);
        assertThat(console.locator("#board-for")).hasText("For " + user);
        return console.getByTestId("board-messages").locator("tbody tr").first();
    }

    @Test
    void eachKindOfAddressIsReachedAndItIsToldWhoHasItAndWhoNot() {
        String user = newUser();
        String other = newUser();
        String group = "crew of " + user;
        backend.join(group, user);
        Page console = console();
        // why: everybody is also the users of the tests that come after
        console.route("**/console/messages", route -> route.resume(new Route.ResumeOptions().setPostData(route.request().postData().replaceFirst("\\{", "{\"ttl\":20,"))));
        Desk desk = deskOfAnother(user);
        send(console, "user", user, "one");
        desk.awaitShown(1);
        double sent = redis.time();
        send(console, "everybody", null, "all of you");
        desk.awaitShown(2);
        send(console, "group", group, "crew");
        assertThat(desk.awaitShown(3)).containsExactly("one", "all of you", "crew");
        send(console, "role", "manager", "managers");

        assertThat(whyNot(console, "Everybody", user)).containsText("In their inbox.");
        assertThat(whyNot(console, "Everybody", other)).containsText("Waits: they get it when they log in.");
        assertThat(whyNot(console, "Group " + group, user)).containsText("In their inbox.");
        assertThat(console.getByTestId("board-members")).hasText("Members: " + user + ".");
        assertThat(whyNot(console, "Group " + group, other)).containsText("Not for them: never a member.");
        assertThat(whyNot(console, "Role manager", user)).containsText("no open page of theirs has a login with this role");
        lookUp(console, user);
        assertThat(console.getByTestId("user-summary")).containsText("Groups: " + group);
        console.getByTestId("boards").scrollIntoViewIfNeeded();
        picture(console, "console-many");
        await().pollInSameThread().atMost(Duration.ofSeconds(60)).until(() -> redis.time() > sent + 21);
        assertThat(whyNot(console, "Everybody", other)).containsText("Expired before it was taken in.");
    }

    @Test
    void aUserIsDisconnectedAfterAQuestionAndStaysAway() {
        String user = newUser();
        Desk desk = deskOfAnother(user);
        Page console = console();
        lookUp(console, user);
        console.getByTestId("disconnect").click();
        console.getByTestId("confirm-cancel").click();
        assertThat(console.getByTestId("confirm")).isHidden();
        desk.awaitConnected();
        console.getByTestId("disconnect").click();
        assertThat(console.getByTestId("confirm")).containsText(user);
        console.getByTestId("confirm-disconnect").click();
        desk.awaitState("closed");
        assertThat(desk.notice()).isVisible();
        assertThat(console.getByTestId("user-connections")).containsText("No page of this user is open");
    }

    @Test
    void whatIsScheduledIsFoundMovedAndCancelled() {
        String user = newUser();
        backend.schedule(user, 3_600, "to be moved");
        backend.schedule(user, 7_200, "to be cancelled");
        Page console = console();
        console.getByTestId("scheduled-user").fill(user);
        console.getByTestId("find-scheduled").getByRole(AriaRole.BUTTON).click();
        Locator rows = console.getByTestId("scheduled-row");
        assertThat(rows).hasCount(2);
        Locator cancelled = rows.filter(new Locator.FilterOptions().setHasText("to be cancelled"));
        cancelled.getByTestId("cancel").click();
        assertThat(console.getByTestId("cancel-question")).containsText("“notice” for " + user);
        console.getByTestId("cancel-keep").click();
        assertThat(rows).hasCount(2);
        cancelled.getByTestId("cancel").click();
        console.getByTestId("cancel-confirmed").click();
        assertThat(rows).hasCount(1);
        assertThat(console.getByTestId("console-notice")).hasText("Cancelled.");
        Desk desk = deskOfAnother(user);
        rows.getByTestId("move-to").fill(LocalDateTime.now().minusMinutes(1).truncatedTo(ChronoUnit.SECONDS).toString());
        rows.getByTestId("move").click();
        assertThat(desk.awaitShown(1)).containsExactly("to be moved");
    }

    @Test
    void whatProducersWriteIsTextAndNothingElse() {
        String evil = "<img src=x onerror=alert(1)><script>alert(2)</script>";
        String user = newUser();
        redis.add(evil);
        backend.post(Backend.message("<b>" + user, user, java.util.Map.of("text", evil)));
        backend.schedule(user, 3_600, evil);
        Page console = console();
        assertThat(console.getByTestId("rejected-list")).containsText(evil);
        lookUp(console, user);
        assertThat(console.getByTestId("user-messages")).containsText("<b>" + user);
        console.getByTestId("show-scheduled").click();
        assertThat(console.getByTestId("scheduled-list")).containsText("<img src=x onerror=alert(1)>");
        assertThat(console.locator("main img, main script, main b")).hasCount(0);
        console.getByTestId("user-id").fill(evil);
        console.getByTestId("user-id").press("Enter");
        assertThat(console.getByTestId("user-name")).hasText(evil);
    }

    @Test
    void whoIsNoOperatorIsRefused() {
        expectConsoleError("status of 403");
        Page page = desk("alice").page();
        assertThat(page.navigate("/bellhop/console").status()).isEqualTo(403);
        assertThat(page.getByRole(AriaRole.HEADING)).hasText("This is for operators");
    }

    @Test
    void everythingIsReachedWithTheKeyboard() {
        String user = newUser();
        deskOfAnother(user);
        Page console = console();
        for (int i = 0; i < 12 && !(boolean) console.getByTestId("user-id").evaluate("input => document.activeElement === input"); i++) {
            console.keyboard().press("Tab");
        }
        assertThat(console.getByTestId("user-id")).isFocused();
        console.keyboard().type(user);
        console.keyboard().press("Enter");
        assertThat(console.getByTestId("user-name")).isFocused();
        console.getByTestId("disconnect").focus();
        console.keyboard().press("Enter");
        assertThat(console.getByTestId("confirm-cancel")).isFocused();
        console.keyboard().press("Escape");
        assertThat(console.getByTestId("disconnect")).isFocused();
    }

    @Test
    void lookedAtLight() {
        look(options().setColorScheme(ColorScheme.LIGHT).setViewportSize(1200, 1000), "console");
    }

    @Test
    void lookedAtDark() {
        look(options().setColorScheme(ColorScheme.DARK).setViewportSize(1200, 1000), "console-dark");
    }

    @Test
    void lookedAtOnASmallScreen() {
        Page page = look(options().setViewportSize(360, 800), "console-narrow");
        assertThat((boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth")).isTrue();
    }

    private Page look(Browser.NewContextOptions options, String name) {
        Page console = console(options);
        Desk bob = deskOfAnother("bob");
        backend.post("bob", "Room 207 is ready");
        bob.awaitShown(1);
        lookUp(console, "bob");
        assertThat(console.getByTestId("nodes").locator("tbody tr").first()).containsText("connected");
        console.evaluate("scrollTo(0, 0); document.activeElement.blur()");
        picture(console, name);
        return console;
    }
}
