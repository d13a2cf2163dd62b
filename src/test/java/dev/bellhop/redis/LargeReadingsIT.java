package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Node;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.presence.Presence;
import dev.bellhop.presence.RollCall;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.Range;
import io.lettuce.core.XAddArgs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However large the single ones are: what is read at once has few bytes, on the node and in Redis. */
class LargeReadingsIT {
    private static final long MEGABYTE = 1_000_000;

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();

    private final TestNode node = TestNode.start(redis).awaitRedis();

    @Test
    void ofABoard() {
        fillBoard(100, 60_000);
        assertThat(sent(() -> node.boards().after("everyone", Position.START, 100).join())).isLessThan(MEGABYTE / 2);
        assertThat(sent(() -> node.boards().newest("everyone", 100, 100_000).join())).isLessThan(MEGABYTE / 2);
        assertThat(sent(() -> node.boards().before("everyone", null, 100).join())).isLessThan(2 * MEGABYTE);

        fillBoard(100, 500_000);
        assertThat(peak(() -> node.boards().after("everyone", Position.of("101-0"), 100).join())).isLessThan(20 * MEGABYTE);
    }

    private void fillBoard(int messages, int bytes) {
        long next = redis.commands().xlen(node.keys().board("everyone")) + 1;
        for (int i = 0; i < messages; i++) {
            redis.commands().xadd(node.keys().board("everyone"), new XAddArgs().id(next + i + "-0"),
                    Map.of("frame", "x".repeat(bytes), "at", "1", "expires", "0"));
        }
    }

    @Test
    void ofAnInbox() {
        for (int i = 0; i < 100; i++) {
            node.inbox().publish("u", List.of(new Inbox.Draft(new Message("big", "u", large(500_000, i), null, 0), null))).join();
        }
        assertThat(peak(() -> assertThat(node.inbox().page("u", null, 100).join().messages()).hasSize(3))).isLessThan(20 * MEGABYTE);
    }

    @Test
    void ofWhatIsScheduled() {
        for (int i = 0; i < 100; i++) {
            redis.schedule(4_000_000_000.0 + i, large(500_000, i));
        }
        Schedule schedule = new Schedule(node.redis(), node.partitions(), node.promotion());
        assertThat(peak(() -> assertThat(schedule.list(null, 100, null).join().items()).hasSize(9))).isLessThan(20 * MEGABYTE);
    }

    @Test
    void ofWhatIsDue() {
        for (int i = 0; i < 100; i++) {
            redis.schedule(1 + i, large(500_000, i));
        }
        assertThat(peak(() -> {
            node.promotion().run();
            await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 100);
        })).isLessThan(40 * MEGABYTE);
        assertThat(redis.commands().xrange(RedisServer.STREAM, Range.unbounded())).extracting(entry -> entry.getBody().get("message").split("x", 2)[0])
                .containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(i -> '"' + "" + i).toList());
    }

    /** The list is Bellhop's, but anybody may have put something there. */
    @Test
    void ofWhatIsRejected() {
        for (int i = 0; i < 100; i++) {
            redis.commands().lpush(RedisServer.REJECTED, large(500_000, i));
        }
        RejectedList list = new RejectedList(node.redis(), node.partitions());
        assertThat(sent(() -> assertThat(list.newest(100).join()).contains("99xxx"))).isLessThan(2 * MEGABYTE);
    }

    /** A node that does not answer is waited for; what the others have said is not read again and again meanwhile. */
    @Test
    void ofAnswersOfNodes() {
        redis.commands().hset(node.keys().connections("u"), "silent", (System.currentTimeMillis() + 60_000) + " 1");
        redis.commands().hset(node.keys().nodes(), "silent", (System.currentTimeMillis() + 60_000) + " {}");
        RollCall rollCall = new RollCall(node.redis(), node.keys(), new Presence(node.redis(), node.keys(), new Node()));
        assertThat(sent(() -> {
            RollCall.Answers said = rollCall.call("u", question -> {
                IntStream.range(0, 50).forEach(i -> rollCall.answer("u", question, new RollCall.Answer("n" + i, '[' + large(20_000, i) + ']')).join());
                return CompletableFuture.completedFuture(51L);
            }).join();
            assertThat(said.answers()).hasSize(50);
            assertThat(said.silent()).containsExactly("silent");
        })).isLessThan(2 * MEGABYTE);
    }

    private static String large(int bytes, int number) {
        return '"' + "" + number + "x".repeat(bytes) + '"';
    }

    /** How many bytes Redis sends meanwhile. */
    private static long sent(Runnable reads) {
        long before = redis.sentBytes();
        reads.run();
        return redis.sentBytes() - before;
    }

    /** By how many bytes Redis's memory grows meanwhile. */
    private long peak(Runnable reads) {
        redis.fsync("always");
        redis.restart(); // its peak begins anew
        await().ignoreExceptions().until(() -> node.redis().isConnected() && redis.commands().ping().equals("PONG")
                && node.redis().call(commands -> commands.exists(node.keys().nodes())).join() == 0);
        long before = memory("used_memory");
        reads.run();
        return memory("used_memory_peak") - before;
    }

    private static long memory(String which) {
        return redis.commands().info("memory").lines().filter(line -> line.startsWith(which + ":")).mapToLong(line -> Long.parseLong(line.substring(which.length() + 1).trim()))
                .findFirst().orElseThrow();
    }
}
