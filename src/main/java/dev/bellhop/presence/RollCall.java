package dev.bellhop.presence;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Asks the nodes which connections of a user they hold, each one by one. It costs nothing while nobody asks.
 *
 * <p>Thread-safe, never blocks. The question goes over the user's channel, so it reaches just the nodes that may hold
 * connections of the user; each puts its answer into a list in Redis, in the user's slot, that is gone after some seconds.
 */
@SingleInstance
public class RollCall {
    /** How long nodes are waited for. */
    public static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration ANSWERS_LAST = Duration.ofSeconds(5);
    private static final int LOOK_MILLIS = 20;
    private static final int MOST_ANSWERS = 200;

    private static final Script ANSWER = new Script(RollCall.class, "answer.lua");

    private final Redis redis;
    private final Keys keys;
    private final Presence presence;

    @Inject
    public RollCall(Redis redis, Keys keys, Presence presence) {
        this.redis = redis;
        this.keys = keys;
        this.presence = presence;
    }

    /**
     * What one node says.
     *
     * @param connections a JSON array
     */
    public record Answer(String node, String connections) {}

    /**
     * What the nodes have said in time.
     *
     * @param silent nodes that should hold connections of the user and have not answered
     */
    public record Answers(List<Answer> answers, List<String> silent) {}

    /** A question of which the answers are awaited: those of so many nodes, and among them these. */
    private record Asked(String key, long nodes, Set<String> names, long endNanos) {}

    /**
     * Asks. Once this node stops, what it has asked ends never: do not wait without a limit.
     *
     * @param announce announces the question with this name on the user's channel; answers how many nodes heard it, where Redis
     *                 knows
     */
    public CompletableFuture<Answers> call(String user, Function<String, CompletableFuture<Long>> announce) {
        String question = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE); // 16 digits
        String key = keys.answers(user, question);
        CompletableFuture<List<Presence.Held>> held = presence.of(user);
        return announce.apply(question).thenCombine(held, (heard, nodes) -> new Asked(key, heard,
                nodes.stream().map(Presence.Held::node).collect(Collectors.toSet()), System.nanoTime() + PATIENCE.toNanos()))
                .thenCompose(asked -> look(asked, List.of()));
    }

    /** @param before the answers that have been read; why not all each time: each may be long, and there is one for each node */
    private CompletableFuture<Answers> look(Asked asked, List<Answer> before) {
        return redis.call(commands -> commands.lrange(asked.key(), before.size(), MOST_ANSWERS - 1)).thenCompose(texts -> {
            List<Answer> answers = new ArrayList<>(before);
            texts.forEach(text -> answers.add(answer(text)));
            Set<String> silent = new HashSet<>(asked.names());
            answers.forEach(answer -> silent.remove(answer.node()));
            if ((silent.isEmpty() && answers.size() >= asked.nodes()) || System.nanoTime() - asked.endNanos() >= 0) {
                return CompletableFuture.completedFuture(new Answers(answers, silent.stream().sorted().toList()));
            }
            CompletableFuture<Answers> later = new CompletableFuture<>();
            redis.later(() -> look(asked, answers).whenComplete((found, failure) -> {
                if (failure == null) {
                    later.complete(found);
                } else {
                    later.completeExceptionally(failure);
                }
            }), LOOK_MILLIS);
            return later;
        });
    }

    /** Answers a question of another node's, or of this one. */
    public CompletableFuture<?> answer(String user, String question, Answer answer) {
        String key = keys.answers(user, question);
        return ANSWER.run(redis, new String[] {key}, Long.toString(ANSWERS_LAST.toMillis()), answer.node() + ' ' + answer.connections());
    }

    private static Answer answer(String text) {
        int space = text.indexOf(' ');
        return new Answer(text.substring(0, space), text.substring(space + 1));
    }
}
