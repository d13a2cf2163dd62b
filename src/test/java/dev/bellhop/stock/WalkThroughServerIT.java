package dev.bellhop.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.Page;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** From the unzipped server to the first message, and from the logout to the closed page, by what the documents say alone. */
class WalkThroughServerIT extends WithSite {

    private static final List<Integer> ENDED = List.of(4401, 1008); // 1008 where the server itself was first
    /** It writes 1008 and cuts the connection in the same step: if something of the page's lies unread there, the network drops the 1008. */
    private static final List<Integer> ENDED_ON_PAYARA = List.of(4401, 1008, Page.BROKEN);

    private static Site seen;

    @AfterAll
    static void tellTheTimes() {
        StringBuilder table = new StringBuilder("From unzip to message on " + seen.server() + ", seconds:\n");
        seen.steps().forEach((step, seconds) -> table.append("  %6.1f  %s%n".formatted(seconds, step)));
        System.out.print(table.append("  %6.1f  altogether%n".formatted(seen.steps().values().stream().mapToDouble(Double::doubleValue).sum())));
    }

    @Test
    void fromUnzipToMessageAndFromLogoutToClosedPage() throws Exception {
        seen = site;
        long start = System.nanoTime();
        Browser alice = site.browser();
        assertThat(alice.login("/desk", "alice", "alice").body()).isEqualTo("Hello alice");
        try (Page page = alice.open()) {
            assertThat(page.login().getJsonObject("data").getString("user_id")).isEqualTo("alice");
            site.record("login", start);
            for (Commands.Step step : Commands.of(site.checkout().resolve(Commands.TUTORIAL), "messages")) {
                Shell.require(step.script().split(" ")[0]);
                long sent = System.nanoTime();
                int before = page.frames("notice").size();
                site.run(step);
                page.awaitFrames("notice", before + 1);
                site.record("message: " + step.name(), sent);
            }
            long left = System.nanoTime();
            assertThat(alice.get("/desk/logout").body()).isEqualTo("Goodbye");
            assertThat(page.awaitClose(Duration.ofSeconds(20))).isIn(site.server().equals("payara") ? ENDED_ON_PAYARA : ENDED);
            site.record("logout to closed page", left);
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(alice.handshake()).as("a page that comes back").isEqualTo(401));
        }
    }
}
