package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Redis goes away, the subscription is cut, a node is killed: what was kept arrives all the same, once. */
class OutageServerIT extends WithServers {

    private int status(String path) {
        return FormLogin.none(first).get(path).statusCode();
    }

    private void add(String user, int n) {
        redis.add(message("n", to(user), data(n)));
    }

    @Test
    void aCutSubscriptionLosesNothing() {
        try (Page page = Page.loggedIn(FormLogin.as("guest30", first))) {
            for (int i = 0; i < 300; i++) {
                if (i % 100 == 50) {
                    redis.commands().clientKill(io.lettuce.core.KillArgs.Builder.typePubsub());
                }
                add("guest30", i);
            }
            assertThat(page.awaitFrames("n", 300)).extracting(frame -> Page.parse(frame).getInt("data"))
                    .isSorted().hasSize(300).doesNotHaveDuplicates();
        }
    }

    @Test
    void redisIsKilledAndComesBackWithItsData() {
        FormLogin login = FormLogin.as("guest31", first);
        try (Page page = Page.loggedIn(login)) {
            add("guest31", 0);
            page.awaitFrames("n", 1);
            await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
            await().pollDelay(Duration.ofMillis(1_500)).until(() -> true); // appendfsync everysec: what is older is on the disk
            redis.kill();
            await().until(() -> status("/bellhop/health/ready") == 503);
            assertThat(status("/bellhop/health/live")).isEqualTo(200);
            Page waiting = Page.open(login);
            waiting.send(message("login"));
            waiting.send(message("ping"));
            waiting.awaitType("pong");
            waiting.send(message("ping"));
            assertThat(waiting.frames("login")).as("answered when Redis can say what was missed").isEmpty();
            redis.start();
            waiting.awaitType("login");
            await().atMost(Duration.ofSeconds(40)).until(() -> status("/bellhop/health/ready") == 200);
            add("guest31", 1);
            page.awaitFrames("n", 2);
            waiting.awaitFrame(frame -> frame.getString("msg_type").equals("n") && frame.getInt("data") == 1);
            assertThat(page.frames("n")).hasSize(2);
            waiting.close();
        } finally {
            redis.ensureStarted();
        }
    }

    @Test
    void redisIsAwayWhenTheApplicationStarts() {
        redis.kill();
        try {
            first.redeploy("bellhop.war");
            assertThat(status("/bellhop/health/live")).isEqualTo(200);
            assertThat(status("/bellhop/health/ready")).isEqualTo(503);
            String tried = "Redis is away at redis://localhost:" + redis.port() + ": ";
            await().untilAsserted(() -> assertThat(first.log().lines()).as("who reads the log sees where it was looked for")
                    .anyMatch(line -> line.contains(tried)));
            assertThat(first.log().lines().filter(line -> line.contains("Redis is away"))).noneMatch(line -> line.contains("change-me"));
        } finally {
            redis.start();
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> status("/bellhop/health/ready") == 200);
        try (Page page = Page.loggedIn(FormLogin.as("guest32", first))) {
            add("guest32", 1);
            page.awaitFrames("n", 1);
        }
    }

    @Test
    void aKilledNodesPagesResumeOnAnotherAndItsIngestGoesOn() {
        ServerNode victim = second();
        Page page = Page.loggedIn(FormLogin.as("guest33", victim));
        FormLogin here = FormLogin.as("guest33", first);
        add("guest33", 0);
        String last = page.awaitType("n").getString("id");
        victim.kill();
        assertThat(page.awaitClose()).isEqualTo(Page.BROKEN);
        for (int i = 1; i < 50; i++) {
            add("guest33", i);
        }
        redis.schedule(redis.time(), message("n", to("guest33"), data(50)));
        try (Page resumed = Page.open(here)) {
            assertThat(resumed.login(last).getJsonObject("data").getBoolean("recovered")).isTrue();
            assertThat(resumed.awaitFrames("n", 50)).extracting(frame -> Page.parse(frame).getInt("data")).doesNotHaveDuplicates().hasSize(50);
        }
    }
}
