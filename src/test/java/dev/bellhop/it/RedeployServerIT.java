package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Undeploying leaves nothing behind: no thread, no class loader; not after use either. */
class RedeployServerIT extends WithServers {

    private static final List<String> OURS = List.of("lettuce", "netty", "bellhop", "reactor", "parallel-", "boundedElastic");

    private long ours() {
        return first.threads().stream().filter(name -> OURS.stream().anyMatch(name::contains)).count();
    }

    private void use() {
        FormLogin login = FormLogin.as("guest40", first);
        Page page = Page.loggedIn(login);
        Page left = Page.loggedIn(login);
        redis.publish(message("now", to("guest40")));
        redis.add(message("kept", to("guest40")));
        redis.schedule(0, message("due", to("guest40")));
        page.send(message("inbound", data(1)));
        page.send("nonsense");
        page.awaitType("now");
        page.awaitType("kept");
        page.awaitType("due");
        page.awaitType("error");
        FormLogin.none(first).get("/bellhop/metrics");
        page.close();
        left.abort();
        // why: while a login lasts, WildFly's sign-on holds the last request that it let in, and so the application it went to
        login.logout();
    }

    @Test
    @Timeout(300)
    void tenTimesLeavesNothing() {
        first.awaitReady();
        use();
        long before = first.classLoaders();
        for (int i = 0; i < 10; i++) {
            first.undeploy("bellhop.war");
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(ours()).as("threads").isZero());
            first.deploy("bellhop.war");
            first.awaitReady();
            use();
        }
        first.undeploy("bellhop.war");
        // why: the demonstration's logout leaves an HTTP session of its own on Payara; each holds the server's object for the request
        // that it was made in, and that object what it was last used for: it may have been a WebSocket of ours
        first.redeploy("shop.war");
        try {
            // Payara's HTTP threads, of which there are five, also keep the last request that they upgraded to a WebSocket
            int allowed = first.server().equals("Payara") ? 3 + 5 : 3;
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(first.classLoaders()).as("class loaders")
                            // why any: a thread of the server's pool that was started for a request may keep that application's
                            // class loader (as its context class loader) as long as it lives; a leak would be all ten
                            .isLessThanOrEqualTo(before + allowed));
        } finally {
            first.deploy("bellhop.war");
            first.awaitReady();
        }
    }
}
