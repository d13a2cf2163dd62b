package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.FormLogin;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The server, the network or Redis goes away: the page says so, comes back by itself, and nothing is lost or shown twice. */
class OutageBrowserIT extends InBrowser {

    @Test
    void bellhopIsReplacedByAnotherVersionUnderAnOpenPage() {
        expectBrokenConnections();
        String user = newUser();
        Desk desk = desk(user);
        backend.add(user, "before");
        desk.awaitShown(1);
        first.undeploy("bellhop.war");
        desk.awaitState("waiting");
        assertThat(desk.state()).hasText("Reconnecting…");
        backend.add(user, "meanwhile");
        first.deploy("bellhop.war");
        desk.awaitConnected();
        backend.add(user, "after");
        assertThat(desk.awaitShown(3)).containsExactly("before", "meanwhile", "after");
        assertThat(desk.badge()).hasText("3");
    }

    @Test
    void theServerIsKilledAndWithItAllLogins() {
        expectBrokenConnections();
        String user = newUser();
        Desk desk = desk(user);
        backend.post(user, "before");
        desk.awaitShown(1);
        first.kill();
        desk.awaitState("waiting");
        backend.add(user, "meanwhile");
        backend.schedule(user, 0, "due meanwhile");
        first.startIfStopped();
        // the server keeps its HTTP sessions in memory
        desk.awaitState("closed");
        assertThat(desk.notice()).containsText("You have been signed out.");
        desk.page().getByTestId("sign-in").click();
        desk.logIn(user).awaitConnected();
        assertThat(desk.awaitShown(3)).containsExactly("before", "meanwhile", "due meanwhile");
        backend.post(user, "after");
        assertThat(desk.awaitShown(4)).last().isEqualTo("after");
        assertThat(desk.badge()).hasText("4");
    }

    @Test
    void theNetworkGoesAwayWithoutAWordAndComesBack() {
        expectBrokenConnections();
        connectEachPage(); // Playwright does not cut a worker's network
        String user = newUser();
        Desk desk = desk(user);
        backend.post(user, "before");
        desk.awaitShown(1);
        context.setOffline(true);
        desk.awaitState("waiting");
        backend.post(user, "meanwhile");
        context.setOffline(false);
        desk.awaitConnected();
        backend.post(user, "after");
        assertThat(desk.awaitShown(3)).containsExactly("before", "meanwhile", "after");
        assertThat(desk.badge()).hasText("3");
    }

    @Test
    void redisGoesAwayAndComesBack() {
        String user = newUser();
        Desk desk = desk(user);
        redis.fsync("always"); // what is answered is still there after the kill
        try {
            backend.post(user, "before");
            desk.awaitShown(1);
            redis.kill();
            await().atMost(Duration.ofSeconds(20)).until(() -> ready() == 503);
        } finally {
            redis.ensureStarted();
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> ready() == 200);
        redis.fsync("everysec");
        backend.post(user, "after");
        assertThat(desk.awaitShown(2)).containsExactly("before", "after");
        assertThat(desk.state()).hasAttribute("data-state", "open");
        assertThat(desk.badge()).hasText("2");
    }

    private int ready() {
        return FormLogin.none(first).get("/bellhop/health/ready").statusCode();
    }
}
