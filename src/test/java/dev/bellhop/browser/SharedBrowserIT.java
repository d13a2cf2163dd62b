package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All tabs of a browser have one connection; what each of them shows is what it would show with one of its own.
 *
 * <p>{@code -Dtabs=20} also measures what so many tabs cost, on one connection and on one each.
 */
class SharedBrowserIT extends InBrowser {

    /** Every tab of a browser, logged in; the first one begins. */
    private List<Desk> desks(String user, int count) {
        List<Desk> desks = new ArrayList<>(List.of(desk(user)));
        while (desks.size() < count) {
            desks.add(desk().awaitConnected());
        }
        return desks;
    }

    private static void awaitEach(List<Desk> desks, String... texts) {
        desks.forEach(desk -> assertThat(desk.awaitShown(texts.length)).containsExactly(texts));
    }

    @Test
    void allTabsAreOneConnectionAndEachShowsEachMessageOnce() {
        String user = newUser();
        List<Desk> desks = desks(user, 5);
        assertThat(backend.connections(user)).isEqualTo(1);
        backend.publish(user, "passing");
        backend.post(user, "kept");
        backend.add(user, "by the stream");
        awaitEach(desks, "passing", "kept", "by the stream");
        desks.forEach(desk -> assertThat(desk.badge()).hasText("2"));
        desks.get(1).openBell();
        desks.forEach(desk -> assertThat(desk.badge()).isHidden());
        assertThat(backend.connections(user)).isEqualTo(1);
    }

    @Test
    void theDemonstrationSaysHowManyTabsShareTheConnection() {
        String user = newUser();
        List<Desk> desks = desks(user, 3);
        Desk last = desks.get(2);
        last.goTo("Tabs");
        assertThat(last.page().getByTestId("tab-count")).hasText("3 tabs of this browser show the front desk. They share one connection.");
        assertThat(backend.connections(user)).isEqualTo(1);
        desks.get(0).page().close();
        desks.get(1).page().close();
        assertThat(last.page().getByTestId("tab-count")).hasText("One tab of this browser shows the front desk. It has one connection.");
        Axe.assertNoViolations(last.page());
    }

    @Test
    void tabsCloseInAnyOrderAndTheOthersDoNotNotice() {
        String user = newUser();
        List<Desk> desks = desks(user, 4);
        List<String> sent = new ArrayList<>();
        for (int leaving : new int[] {2, 0, 1}) { // the second one is whose browser process holds the worker
            desks.remove(leaving == 1 ? desks.size() - 1 : leaving).page().close();
            sent.add("after tab " + leaving);
            backend.post(user, sent.get(sent.size() - 1));
            awaitEach(desks, sent.toArray(String[]::new));
            desks.forEach(desk -> assertThat(desk.state()).hasAttribute("data-state", "open"));
        }
        assertThat(desks).hasSize(1);
        assertThat(backend.connections(user)).isEqualTo(1);
    }

    @Test
    void theWorkerIsKilledAndWithinTwoSecondsAllTabsAreBackOnOneConnection() {
        String user = newUser();
        List<Desk> desks = desks(user, 3);
        backend.post(user, "before");
        awaitEach(desks, "before");
        for (Desk desk : desks) {
            desk.page().evaluate("""
                    () => {
                      const state = document.querySelector('[data-testid=connection-state]');
                      let goneAt;
                      new MutationObserver(() => {
                        if (state.dataset.state !== 'open') goneAt ??= performance.now();
                        else if (goneAt) window.away = performance.now() - goneAt;
                      }).observe(state, { attributes: true });
                      // where the browser has hidden and shown it meanwhile there is a second time; the first is what counts
                    }
                    """);
        }
        long killed = System.nanoTime();
        killWorkers();
        backend.post(user, "meanwhile");
        for (Desk desk : desks) {
            desk.page().waitForFunction("() => window.away !== undefined");
        }
        System.out.printf("all tabs were back %d ms after the worker was killed%n", (System.nanoTime() - killed) / 1_000_000);
        for (Desk desk : desks) {
            assertThat(((Number) desk.page().evaluate("away")).doubleValue()).as("milliseconds without a connection").isLessThan(2_000);
        }
        backend.post(user, "after");
        awaitEach(desks, "before", "meanwhile", "after");
        await().atMost(Duration.ofSeconds(30)).until(() -> backend.connections(user) == 1); // the dead one is noticed when it is not heard of
    }

    @Test
    void theTabThatBeganCrashesAndTheOthersGoOn() {
        String user = newUser();
        List<Desk> desks = desks(user, 3);
        Desk crashing = desks.remove(0);
        List<Boolean> crashed = new ArrayList<>();
        crashing.page().onCrash(page -> crashed.add(true));
        try {
            crashing.page().navigate("chrome://crash");
        } catch (PlaywrightException expected) {
            assertThat(expected).hasMessageContaining("crash");
        }
        desks.get(0).page().waitForCondition(() -> !crashed.isEmpty());
        backend.post(user, "after the crash");
        awaitEach(desks, "after the crash");
        desks.forEach(Desk::awaitConnected);
        crashing.page().close();
    }

    @Test
    void anotherLoginInOneTabMovesAll() {
        String one = newUser();
        String two = newUser();
        List<Desk> desks = desks(one, 2);
        backend.post(one, "for one");
        awaitEach(desks, "for one");
        BrowserContext elsewhere = newContext(options());
        Desk.open(elsewhere).logIn(two).awaitConnected();
        // as if they had logged in here, over the other's login
        context.clearCookies();
        context.addCookies(elsewhere.cookies());
        Desk third = desk().awaitConnected();
        await().until(() -> backend.connections(one) == 0);
        backend.post(one, "for one again");
        backend.post(two, "for two");
        assertThat(third.awaitShown(1)).containsExactly("for two");
        awaitEach(desks, "for one", "for two");
        assertThat(desks.get(0).badge()).hasText("1");
    }

    @Test
    void aPageThatIsNotAllowedAWorkerHasItsOwnConnection() {
        String user = newUser();
        expectConsoleError("Content Security Policy|Content-Security-Policy|bellhop-worker.js");
        context.addInitScript("""
                new MutationObserver((changes, observer) => {
                  if (!document.head) return;
                  observer.disconnect();
                  const policy = document.createElement('meta');
                  policy.httpEquiv = 'Content-Security-Policy';
                  policy.content = "worker-src 'none'";
                  document.head.append(policy);
                }).observe(document, { childList: true, subtree: true });
                """);
        Desk desk = desk(user);
        Desk other = desk().awaitConnected();
        backend.post(user, "a");
        awaitEach(List.of(desk, other), "a");
        assertThat(backend.connections(user)).isEqualTo(2);
    }

    @Test
    @EnabledIfSystemProperty(named = "tabs", matches = "\\d+")
    void whatManyTabsCost() throws IOException {
        int count = Integer.getInteger("tabs");
        for (boolean shared : new boolean[] {false, true, false, true}) {
            useContext(options());
            if (!shared) {
                connectEachPage();
            }
            String user = newUser();
            long empty = memory();
            List<Desk> desks = desks(user, count - 1);
            desks.add(desk().awaitConnected());
            String last = desks.get(count - 1).state().textContent();
            long memory = memory() - empty;
            System.out.printf("%d tabs, %s: %d connection(s); the last one: %s; %d KB for each tab%n", count,
                    shared ? "one connection" : "one each", backend.connections(user), last, memory / count);
            backend.post(user, "a");
            awaitEach(desks, "a");
        }
    }

    /** What the processes of all browsers that the tests have started occupy, in KB: shared pages count in parts. */
    private static long memory() throws IOException {
        long sum = 0;
        for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
            Path rollup = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
            if (process.info().command().orElse("").contains("chrom") && Files.isReadable(rollup)) {
                sum += Files.readAllLines(rollup).stream().filter(line -> line.startsWith("Pss:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
            }
        }
        return sum;
    }

    /** As if the browser had ended them: it does so when it is short of memory. */
    private void killWorkers() {
        CDPSession devtools = context.browser().newBrowserCDPSession();
        int killed = 0;
        for (JsonElement target : devtools.send("Target.getTargets").getAsJsonArray("targetInfos")) {
            JsonObject info = target.getAsJsonObject();
            if (info.get("type").getAsString().equals("shared_worker")) {
                JsonObject which = new JsonObject();
                which.add("targetId", info.get("targetId"));
                devtools.send("Target.closeTarget", which);
                killed++;
            }
        }
        devtools.detach();
        assertThat(killed).isPositive();
    }
}
