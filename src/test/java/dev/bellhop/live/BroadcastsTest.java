package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.login.Login;
import dev.bellhop.metric.Metrics;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A message for everybody, to very many pages: how much of it goes out before something else does. Counted, so it holds on any machine. */
class BroadcastsTest {
    private static final int USERS = 5_000;

    private final TestNode node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()) {});
    private final Subscriber subscriber = node.subscriber();
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private volatile Consumer<String> onSent = frame -> { };

    /** Takes each frame at once, and notes it. */
    private final class Counted extends OpenTransport {
        private final String user;

        Counted(String user) {
            this.user = user;
        }

        @Override
        public void send(Frame frame, SendHandler done) {
            String what = user + ' ' + frame.text();
            sent.add(what);
            onSent.accept(what);
            done.onResult(new SendResult());
        }
    }

    private void open(String user, int pages) {
        for (int i = 0; i < pages; i++) {
            Connection connection = node.connections().open(new Counted(user), new Login(user, "login", null, true, java.util.Set.of()));
            synchronized (connection.feed()) {
                connection.state = Connection.State.LIVE;
            }
        }
    }

    private void publish(String user, String type) {
        subscriber.message(node.keys().shared(), message(type, to(user)));
    }

    private static String frame(String user, String type) {
        return user + " {\"msg_type\":\"" + type + "\"}";
    }

    /** Has all this heard before any of it is handed on. */
    private void atOnce(Runnable published) {
        CountDownLatch heard = new CountDownLatch(1);
        node.lanes().delivery().offer(() -> {
            try {
                heard.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        published.run();
        heard.countDown();
    }

    private void awaitSent(int frames) {
        await().until(() -> sent.size() == frames);
    }

    @AfterEach
    void stop() {
        node.kill();
    }

    @Test
    void whatIsForOneUserPassesBetweenTheSlices() {
        IntStream.range(0, USERS).forEach(i -> open("u" + i, 1));
        open("busy", 1);
        atOnce(() -> {
            publish("*", "all");
            publish("busy", "own");
        });
        awaitSent(USERS + 2);

        assertThat(sent.subList(0, 2)).as("nobody waits until all others have it").containsExactly(frame("busy", "all"), frame("busy", "own"));
        assertThat(sent).doesNotHaveDuplicates();
    }

    @Test
    void whatComesWhileItIsUnderWayWaitsForOneSliceAtMost() {
        IntStream.range(0, USERS).forEach(i -> open("u" + i, 1));
        int[] answered = {0};
        onSent = what -> {
            if (what.endsWith(frame("", "all")) && ++answered[0] % 1_000 == 500) {
                publish("u" + (answered[0] - 1), "own " + answered[0]);
            }
        };
        publish("*", "all");
        awaitSent(USERS + 5);

        for (int after = 500; after < USERS; after += 1_000) {
            int asked = positionOfBroadcast(after);
            int got = sent.indexOf(frame("u" + (after - 1), "own " + after));
            assertThat(got - asked).as("frames of others in between").isBetween(1, Broadcasts.SLICE + 2);
        }
        assertThat(sent).doesNotHaveDuplicates();
    }

    private int positionOfBroadcast(int nth) {
        int seen = 0;
        for (int i = 0; i < sent.size(); i++) {
            if (sent.get(i).endsWith(frame("", "all")) && ++seen == nth) {
                return i;
            }
        }
        throw new AssertionError();
    }

    @Test
    void eachUsersOrderIsThatOfTheChannel() {
        IntStream.range(0, 600).forEach(i -> open("u" + i, 1));
        atOnce(() -> {
            for (int round = 0; round < 5; round++) {
                publish("*", "all " + round);
                for (int i = 0; i < 600; i += 7) {
                    publish("u" + i, "own " + round);
                }
            }
        });
        awaitSent(5 * (600 + 86));

        for (int i = 0; i < 600; i++) {
            String user = "u" + i;
            List<String> all = sent.stream().filter(what -> what.startsWith(user + ' ')).toList();
            boolean own = i % 7 == 0;
            assertThat(all).containsExactlyElementsOf(IntStream.range(0, 5).boxed()
                    .flatMap(round -> own ? java.util.stream.Stream.of(frame(user, "all " + round), frame(user, "own " + round)) : java.util.stream.Stream.of(frame(user, "all " + round)))
                    .toList());
        }
    }

    @Test
    void aSliceCountsConnectionsNotUsers() {
        IntStream.range(0, 100).forEach(i -> open("u" + i, 50));
        open("busy", 1);
        int[] frames = {0};
        onSent = what -> {
            if (++frames[0] == 1_000) {
                publish("busy", "own");
            }
        };
        publish("*", "all");
        awaitSent(100 * 50 + 2);
        assertThat(sent.indexOf(frame("busy", "own"))).isBetween(1_000, 1_000 + Broadcasts.SLICE + 50 + 1);
    }

    @Test
    void moreThanCanWaitIsNotTaken() {
        open("u", 1);
        onSent = what -> sent.clear();
        Broadcasts broadcasts = new Broadcasts();
        int taken = 0;
        while (broadcasts.add(dev.bellhop.message.Address.EVERYONE, Frame.passing("\"data\":\"" + "x".repeat(1 << 20) + "\"}"), node.registry().feeds())) {
            taken++;
        }
        assertThat(taken).isEqualTo(63);
        broadcasts.slice();
        assertThat(broadcasts.areUnderWay()).isFalse();
        assertThat(broadcasts.add(dev.bellhop.message.Address.EVERYONE, Frame.passing("\"data\":null}"), node.registry().feeds())).isTrue();
    }
}
