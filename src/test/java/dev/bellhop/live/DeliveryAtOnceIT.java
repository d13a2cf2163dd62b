package dev.bellhop.live;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code bellhop.delivery.at-once}: which thread delivers, and that the order does not depend on it. */
class DeliveryAtOnceIT {
    private static final String HEARS = "lettuce-";
    private static final String DELIVERS = "bellhop-delivery-";

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();

    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private volatile long sendNanos;
    private final TestNode node = TestNode.start(redis, "bellhop.delivery.at-once=true", "bellhop.connection.queue=100000", "bellhop.connection.queue-bytes=100000000").awaitRedis().withPages();

    private TestPage loggedIn(String user) {
        TestPage page = node.openAndShow(user, frame -> {
            String thread = Thread.currentThread().getName();
            threads.add(thread.startsWith(HEARS) ? HEARS : thread.startsWith(DELIVERS) ? DELIVERS : "another");
            long end = System.nanoTime() + sendNanos;
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }).endingSendsAtOnce().login(null);
        await().until(() -> page.from() != null);
        threads.clear();
        return page;
    }

    private void publish(String user, int number) {
        redis.publish(message("now", to(user), data(number)));
    }

    private static List<Integer> numbers(TestPage page) {
        return page.frames().stream().skip(1).map(frame -> Integer.parseInt(frame.replaceAll(".*\"data\":(\\d+).*", "$1"))).toList();
    }

    @Test
    void theThreadThatHearsDeliversALittleWhateverHoldsTheDeliveryThread() {
        TestPage page = loggedIn("little");
        node.hold(node.lanes().delivery(), true);
        publish("little", 0);
        await().until(() -> page.frames().size() == 2);
        assertThat(threads).containsExactly(HEARS);
        node.hold(node.lanes().delivery(), false);
    }

    @Test
    void theDeliveryThreadTakesOverWhereItWouldBeTooMuchAndTheOrderStays() {
        TestPage page = loggedIn("much");
        sendNanos = TimeUnit.MILLISECONDS.toNanos(50); // so that the rest it needs is longer than any publisher waits
        IntStream.range(0, 40).forEach(i -> publish("much", i));
        await().until(() -> page.frames().size() == 41);
        assertThat(threads).contains(HEARS, DELIVERS);
        assertThat(numbers(page)).isEqualTo(IntStream.range(0, 40).boxed().toList());
        assertThat(node.pubSub().hears()).isTrue();
    }
}
