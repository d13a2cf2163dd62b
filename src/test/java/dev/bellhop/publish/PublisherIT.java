package dev.bellhop.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.Redis;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.Schedule;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One id is one message, now or later. */
class PublisherIT {

    private static Redis redis;
    private static TestNode node;
    private static Schedule schedule;
    private static Publisher publisher;

    @BeforeAll
    static void start() {
        redis = Redis.create();
        node = TestNode.start(redis.uri()).awaitRedis();
        schedule = new Schedule(node.redis(), node.keys(), node.promotion());
        publisher = new Publisher(node.inbox(), schedule, node.settings());
    }

    @AfterAll
    static void stop() {
        node.close();
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.commands().flushall();
    }

    private static <T> T get(CompletionStage<T> answer) {
        return answer.toCompletableFuture().join();
    }

    private static Message message(String id) {
        return new Message("n", "user", "1", id, 0);
    }

    @Test
    void theSameIdIsOneMessageHoweverManyPublishIt() {
        List<CompletableFuture<String>> racing = IntStream.range(0, 50).mapToObj(i -> publisher.publish(message("same"))).toList();
        Set<String> ids = new HashSet<>();
        racing.forEach(id -> ids.add(get(id)));
        assertThat(ids).hasSize(1).allMatch(id -> Position.parse(id).isPresent());
        assertThat(get(node.inbox().page("user", null, 10)).messages()).hasSize(1);
    }

    @Test
    void whatWasScheduledIsAnsweredTheSameAfterItHasBeenSent() {
        Instant due = Instant.now().plusSeconds(60);
        String id = get(publisher.schedule(message("once"), due));
        assertThat(get(publisher.schedule(message("once"), due.plusSeconds(1)))).isEqualTo(id);
        assertThat(get(publisher.publish(message("once")))).as("left to its time").isEqualTo(id);
        get(schedule.move(id, Instant.now().minusSeconds(1)));
        await().until(() -> {
            node.promotion().run();
            return redis.commands().zcard(Redis.SCHEDULED) == 0;
        });
        get(node.inbox().publish("user", List.of(new dev.bellhop.inbox.Inbox.Draft(message("once"), "1-1")))); // as the ingest stream's reader does
        assertThat(get(publisher.schedule(message("once"), due))).isEqualTo(id);
        assertThat(get(publisher.publish(message("once")))).isEqualTo(id);
        assertThat(get(node.inbox().page("user", null, 10)).messages()).hasSize(1);
        assertThat(redis.commands().zcard(Redis.SCHEDULED)).isZero();
    }

    @Test
    void whatHasBeenPublishedIsNotScheduledUnderTheSameId() {
        String id = get(publisher.publish(message("once")));
        assertThat(get(publisher.schedule(message("once"), Instant.now().plusSeconds(60)))).isEqualTo(id);
        assertThat(redis.commands().zcard(Redis.SCHEDULED)).isZero();
    }

    @Test
    void whatIsCancelledMayBePublished() {
        String id = get(publisher.schedule(message("once"), Instant.now().plusSeconds(60)));
        get(schedule.cancel(id));
        assertThat(Position.parse(get(publisher.publish(message("once"))))).isPresent();
    }

    @Test
    void codeOfTheSameApplicationPublishesWhatJsonBCanWrite() {
        get(publisher.publish("user", "n", List.of("a", "b"), "x"));
        get(publisher.publish("user", "n", null));
        assertThat(get(node.inbox().page("user", null, 10)).messages()).extracting(item -> item.frameTail())
                .containsExactly("\"msg_type\":\"n\"}", "\"msg_type\":\"n\",\"data\":[\"a\",\"b\"]}");
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publish("*", "n", null));
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publish(null, "n", null));
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publish("user", "login", null));
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publish("user", "n", "x".repeat(70_000)));
    }
}
