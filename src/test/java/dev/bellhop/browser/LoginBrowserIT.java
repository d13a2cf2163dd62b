package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

    /** Three pages in one: on the shared connection, on a WebSocket of its own, and on a stream. */
    @Test
    void aLoginCheckMissesNothingAndShowsNothingTwice() {
        // counts once a page has been open for ten seconds
        passChecks(2, user -> redis.commands().publish("bellhop:{" + user + "}", "c"));
    }

    /** As it happens by itself. Some servers close the connection as its HTTP session expires; on others the page is asked. */
    @Test
    void whatEndsWithItsHttpSessionMissesNothingEither() {
        withLoginCheck("PT7S", () -> passChecks(4, user -> { }));
    }

    private void passChecks(int logins, Consumer<String> ask) {
        String user = newUser();
        Desk desk = desk(user);
        desk.page().evaluate("""
                async () => {
                  const { Bellhop } = await import('/bellhop/bellhop.js');
                  window.hops = [{}, { shared: false, transports: ['websocket'] }, { shared: false, transports: ['sse'] }].map((options) => {
                    const hop = new Bellhop(options);
                    const noted = { logins: 0, ticks: [], states: [] };
                    hop.on('login', () => noted.logins++);
                    hop.on('tick', (n) => noted.ticks.push(n));
                    hop.on('state', (state) => noted.states.push(state));
                    return noted;
                  });
                }
                """);
        desk.page().waitForFunction("() => hops.every(({ logins }) => logins === 1)");
        desk.page().evaluate("() => hops.forEach(({ states }) => (states.length = 0))");
        AtomicInteger ticks = new AtomicInteger();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            timer.scheduleAtFixedRate(() -> redis.publish(message("tick", to(user), data(ticks.getAndIncrement()))),
                    0, 10, TimeUnit.MILLISECONDS);
            desk.page().waitForCondition(() -> {
                ask.accept(user);
                return (Boolean) desk.page().evaluate("(most) => hops.every(({ logins }) => logins >= most)", logins);
            }, new Page.WaitForConditionOptions().setTimeout(120_000));
            desk.page().waitForCondition(() -> backend.connections(user) == 3); // the old ones have gone
        } finally {
            timer.shutdown();
            await().until(timer::isTerminated);
        }
        int count = ticks.get();
        desk.page().waitForFunction("(last) => hops.every(({ ticks }) => ticks.includes(last))", count - 1);
        for (int i = 0; i < 3; i++) {
            assertThat(desk.page().evaluate("(i) => JSON.stringify(hops[i].ticks.sort((a, b) => a - b))", i)).as("page " + i)
                    .isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]")));
            assertThat(desk.page().evaluate("(i) => hops[i].states.join()", i)).as("states of page " + i).isEqualTo("");
        }
        desk.page().close(); // before anything else becomes of the server
    }
}
