package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages that do not read hold up nobody else's closing. Open Liberty blocks for seconds in the closing of each. */
class StalledServerIT extends WithServers {

    private static final int STALLED = 16;
    private static final int MESSAGES = 48;
    private static final String BIG = "x".repeat(50_000);

    @Test
    @Timeout(180)
    void whoReadsIsToldAtOnceThatTheNodeGoesAway() throws IOException {
        FormLogin busy = FormLogin.as("guest38", first);
        List<RawPage> stalled = new ArrayList<>();
        List<Page> healthy = new ArrayList<>();
        Page reads = Page.loggedIn(busy);
        for (int i = 0; i < STALLED; i++) {
            stalled.add(new RawPage(busy));
        }
        for (int user = 530; user < 536; user++) {
            healthy.add(Page.loggedIn(FormLogin.as("guest" + user, first)));
        }
        // more than what the system buffers on the way, and less than the outbox takes: of each page a send is under way
        for (int i = 0; i < MESSAGES; i++) {
            redis.publish(message("big", to("guest38"), data("\"" + BIG + "\"")));
        }
        reads.awaitFrames("big", MESSAGES);
        long start = System.nanoTime();
        CompletableFuture<Void> undeployed = CompletableFuture.runAsync(() -> first.undeploy("bellhop.war"));
        try {
            List<Integer> codes = new ArrayList<>();
            healthy.forEach(page -> codes.add(page.awaitClose()));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(codes).containsOnly(1001);
            // a blocked close takes 5 seconds, and undeploying drops after 5 seconds what waits
            assertThat(took).isLessThan(Duration.ofSeconds(4));
            undeployed.join();
            // in the end no thread is left, though no page has read
            await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(first.threads()).noneMatch(name -> name.startsWith("bellhop-")));
        } finally {
            undeployed.join();
            first.deploy("bellhop.war");
            first.awaitReady();
            for (RawPage page : stalled) {
                page.close();
            }
        }
    }
}
