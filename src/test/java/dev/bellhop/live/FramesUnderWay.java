package dev.bellhop.live;

import static org.awaitility.Awaitility.await;

import dev.bellhop.login.Login;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Pages whose frames take a moment; counts for how many users kept messages are under way at a time. */
final class FramesUnderWay {
    private static final int MILLIS = 3;

    private final TestNode node;
    private final List<Connection> pages = new ArrayList<>();

    // guarded by this
    private final Map<String, Integer> users = new HashMap<>();
    private int most;
    private int sent;

    FramesUnderWay(TestNode node) {
        this.node = node;
    }

    /** Opens a page. */
    void open(String user) {
        Connection page = node.connections().open(new OpenTransport() {
            @Override
            public void send(Frame frame, SendHandler done) {
                if (frame.position() == null) {
                    done.onResult(new SendResult());
                    return;
                }
                begun(user);
                node.threads().schedule(() -> {
                    ended(user);
                    done.onResult(new SendResult());
                }, MILLIS, TimeUnit.MILLISECONDS);
            }
        }, new Login(user, "login of " + user, null, true, Set.of()));
        pages.add(page);
        node.reader().text(page, "{\"msg_type\":\"login\"}");
    }

    /** Waits until all have logged in. */
    void awaitLive() {
        await().atMost(Duration.ofSeconds(30)).until(() -> pages.stream().allMatch(page -> {
            synchronized (page.feed()) {
                return page.state == Connection.State.LIVE;
            }
        }));
    }

    private synchronized void begun(String user) {
        users.merge(user, 1, Integer::sum);
        most = Math.max(most, users.size());
    }

    private synchronized void ended(String user) {
        users.computeIfPresent(user, (name, frames) -> frames == 1 ? null : frames - 1);
        sent++;
    }

    /** Of how many users frames have been under way at a time. */
    synchronized int mostUsers() {
        return most;
    }

    /** How many frames have been sent. */
    synchronized int sent() {
        return sent;
    }

    void leave() {
        pages.forEach(Connection::ended);
    }
}
