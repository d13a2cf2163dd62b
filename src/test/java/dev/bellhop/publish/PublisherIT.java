package dev.bellhop.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.bellhop.intake.Intake;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One id is one message, now or later. */
class PublisherIT {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @RegisterExtension
    static final RedisServer redis = RedisServer.emptyForEachTest();
    private static final TestNode node = TestNode.start(redis).awaitRedis();
    private static final Schedule schedule = new Schedule(node.redis(), node.partitions(), node.promotion());
    private static final Intake intake = new Intake(node.inbox(), node.boards(), schedule);
    private static final Publisher publisher = new Publisher(intake, node.groups(), node.settings());

    private static <T> T get(CompletionStage<T> answer) {
        return answer.toCompletableFuture().join();
    }

    private static Message message(String id) {
        return new Message("n", "user", "1", id, 0);
    }

    @Test
    void theSameIdIsOneMessageHoweverManyPublishIt() {
        List<CompletableFuture<String>> racing = IntStream.range(0, 50).mapToObj(i -> intake.keep(message("same"))).toList();
        Set<String> ids = new HashSet<>();
        racing.forEach(id -> ids.add(get(id)));
        assertThat(ids).hasSize(1).allMatch(id -> Position.parse(id).isPresent());
        assertThat(get(node.inbox().page("user", null, 10)).messages()).hasSize(1);
    }

    @Test
    void whatWasScheduledIsAnsweredTheSameAfterItHasBeenSent() {
        Instant due = Instant.now().plusSeconds(60);
        String id = get(intake.schedule(message("once"), due));
        assertThat(get(intake.schedule(message("once"), due.plusSeconds(1)))).isEqualTo(id);
        assertThat(get(intake.keep(message("once")))).as("left to its time").isEqualTo(id);
        get(schedule.move(id, Instant.now().minusSeconds(1)));
        await().until(() -> {
            node.promotion().run();
            return redis.commands().zcard(RedisServer.SCHEDULED) == 0;
        });
        get(node.inbox().publish("user", List.of(new dev.bellhop.inbox.Inbox.Draft(message("once"), "1-1")))); // as the ingest stream's reader does
        assertThat(get(intake.schedule(message("once"), due))).isEqualTo(id);
        assertThat(get(intake.keep(message("once")))).isEqualTo(id);
        assertThat(get(node.inbox().page("user", null, 10)).messages()).hasSize(1);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isZero();
    }

    @Test
    void whatHasBeenPublishedIsNotScheduledUnderTheSameId() {
        String id = get(intake.keep(message("once")));
        assertThat(get(intake.schedule(message("once"), Instant.now().plusSeconds(60)))).isEqualTo(id);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isZero();
    }

    @Test
    void whatIsCancelledMayBePublished() {
        String id = get(intake.schedule(message("once"), Instant.now().plusSeconds(60)));
        get(schedule.cancel(id));
        assertThat(Position.parse(get(intake.keep(message("once"))))).isPresent();
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

    /** What a request calls: kept when it returns. */
    @Test
    void whoWaitsHasTheIdOfWhatIsKept() {
        String id = publisher.publishAndWait("user", "n", List.of("a"), "x", LIMIT);
        assertThat(get(node.inbox().page("user", null, 10)).messages()).extracting(item -> item.position().toString()).containsExactly(id);
        assertThat(publisher.publishAndWait("user", "n", List.of("a"), "x", LIMIT)).as("tried again").isEqualTo(id);
        assertThat(publisher.publishAndWait("user", "n", null, LIMIT)).isNotEqualTo(id);
        publisher.scheduleAndWait("user", "n", null, "y", Instant.now().plusSeconds(60), LIMIT);
        assertThat(redis.commands().zcard(RedisServer.SCHEDULED)).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publishAndWait("*", "n", null, LIMIT));
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publishAndWait("user", "n", null, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> publisher.publishAndWait("user", "n", null, null));
    }

    /** A request thread that waits for ever is worse than a message that is not sent. */
    @Test
    void whoWaitsIsToldWhenRedisIsAwayOrSlow() throws InterruptedException {
        try (RedisServer other = RedisServer.create(); TestNode slow = TestNode.start(other).awaitRedis()) {
            Publisher on = new Publisher(new Intake(slow.inbox(), slow.boards(), new Schedule(slow.redis(), slow.partitions(), slow.promotion())), slow.groups(), slow.settings());
            other.commands().clientPause(3_000);
            assertThatExceptionOfType(PublishFailedException.class).isThrownBy(() -> on.publishAndWait("user", "n", null, Duration.ofMillis(200)))
                    .withMessageContaining("PT0.2S");
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(PublishFailedException.class).isThrownBy(() -> on.publishAndWait("user", "n", null, LIMIT));
            assertThat(Thread.interrupted()).as("the caller's own interrupt is not swallowed").isTrue();
            other.kill();
            await().until(() -> !slow.redis().isConnected());
            assertThatExceptionOfType(PublishFailedException.class).isThrownBy(() -> on.publishAndWait("user", "n", null, LIMIT))
                    .withMessageContaining("Redis is away");
        }
    }

    @Test
    void nobodyWaitsOnTheThreadThatBringsTheAnswer() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        node.redis().later(() -> {
            try {
                answer.complete(publisher.publishAndWait("user", "n", null, LIMIT));
            } catch (RuntimeException refused) {
                answer.completeExceptionally(refused);
            }
        }, 1);
        assertThatExceptionOfType(java.util.concurrent.CompletionException.class).isThrownBy(answer::join)
                .withCauseInstanceOf(IllegalStateException.class);
    }
}
