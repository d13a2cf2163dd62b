package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.SetArgs;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is due earlier comes earlier, also where the later one was past its time when it was published. */
@Tag("each-redis")
class ScheduledOrderServerIT extends WithServers {

    private static final String LEASE = "{websocket}:reader";

    private void publish(String user, int n, double pushAt) {
        String body = String.format(Locale.ROOT, "{\"msg_type\":\"n\",\"to_user_id\":\"%s\",\"data\":%d,\"id\":\"order-%d\",\"push_at\":%.3f}", user, n, n, pushAt);
        HttpRequest.Builder request = HttpRequest.newBuilder(first.http("/bellhop/api/messages"))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes()))
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        assertThat(FormLogin.none(first).send(request).statusCode()).isEqualTo(202);
    }

    /** The node that read the ingest stream has died, and its lease lasts for a moment yet. */
    @Test
    void aTimeInThePastDoesNotOvertakeWhatWasDueBeforeIt() {
        try (Page page = Page.loggedIn(FormLogin.as("guest640", first))) {
            redis.commands().set(LEASE, "a node that has died", SetArgs.Builder.px(2_000));
            double due = redis.time() + 0.3;
            publish("guest640", 1, due);
            await().pollDelay(Duration.ofMillis(600)).until(() -> true);
            publish("guest640", 2, due + 0.1);
            publish("guest640", 2, due + 0.1); // in doubt: the same answer, one message
            assertThat(page.awaitFrames("n", 2)).extracting(frame -> Page.parse(frame).getInt("data")).containsExactly(1, 2);
        }
    }

    @Test
    void anIdOfLongAgoIsRememberedFromNowOn() {
        try (Page page = Page.loggedIn(FormLogin.as("guest641", first))) {
            publish("guest641", 3, -1_000_000);
            page.awaitFrame(frame -> frame.getString("msg_type").equals("n") && frame.getInt("data") == 3);
            publish("guest641", 3, -1_000_000);
            publish("guest641", 4, 0);
            page.awaitFrame(frame -> frame.getString("msg_type").equals("n") && frame.getInt("data") == 4);
            assertThat(page.frames("n")).hasSize(2);
        }
    }
}
