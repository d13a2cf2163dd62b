package dev.bellhop.chaos;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.Schedule;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * The ways into Bellhop for what must survive a failover: each is answered only when the replicas have it too ({@code WAIT}). Thread-safe, but
 * for a single door.
 */
final class ReplicatedDoors {
    private static final int WAIT_MILLIS = 500;

    private final List<TestNode> nodes;
    private final int replicas;
    private final IntFunction<RedisCommands<String, String>> masters;
    private final AtomicInteger turns = new AtomicInteger();

    /**
     * @param replicas how many of each master: all must have it. Why: another one than that which has it may take over
     * @param masters  by slot: commands to its master alone, which fail if it is none any more
     */
    ReplicatedDoors(List<TestNode> nodes, int replicas, IntFunction<RedisCommands<String, String>> masters) {
        this.replicas = replicas;
        this.nodes = nodes;
        this.masters = masters;
    }

    private TestNode anyNode() {
        return nodes.get(turns.getAndIncrement() % nodes.size());
    }

    /** What HTTP and the Java interface do: kept by the node itself. */
    Producer.Door api() {
        return draft -> replicated(SlotHash.getSlot(draft.user()), () -> anyNode().inbox().publish(draft.user(), List.of(new Draft(message(draft), null)))
                .get(8, TimeUnit.SECONDS).get(0).position());
    }

    Producer.Door apiLater() {
        return draft -> replicated(SlotHash.getSlot(RedisServer.SCHEDULED), () -> {
            TestNode node = anyNode();
            new Schedule(node.redis(), node.partitions(), node.promotion()).add(message(draft), Instant.ofEpochMilli((long) (draft.due() * 1e3))).get(8, TimeUnit.SECONDS);
            return null;
        });
    }

    Producer.Door stream() {
        return draft -> {
            RedisCommands<String, String> master = masters.apply(SlotHash.getSlot(RedisServer.STREAM));
            master.xadd(RedisServer.STREAM, Map.of("message", json(draft)));
            return awaitReplica(master);
        };
    }

    Producer.Door zset() {
        return draft -> {
            RedisCommands<String, String> master = masters.apply(SlotHash.getSlot(RedisServer.SCHEDULED));
            master.zadd(RedisServer.SCHEDULED, draft.due(), json(draft));
            return awaitReplica(master);
        };
    }

    private interface Call {
        Position answer() throws Exception;
    }

    /** WAIT counts the writes of its own connection, so one more is written there; what came before it is then replicated too. */
    private Position replicated(int slot, Call call) throws Exception {
        RedisCommands<String, String> master = masters.apply(slot);
        String run = runId(master);
        Position position = call.answer();
        master.set("fence:{" + tag(slot) + '}', run);
        awaitReplica(master);
        if (!runId(master).equals(run)) {
            throw new IllegalStateException("another master has answered");
        }
        return position;
    }

    private Position awaitReplica(RedisCommands<String, String> master) {
        if (master.waitForReplication(replicas, WAIT_MILLIS) < replicas) {
            throw new IllegalStateException("not replicated");
        }
        return null;
    }

    private static String runId(RedisCommands<String, String> master) {
        return master.info("server").lines().filter(line -> line.startsWith("run_id:")).findFirst().orElseThrow();
    }

    private static final Map<Integer, Integer> TAGS = new java.util.concurrent.ConcurrentHashMap<>();

    private static int tag(int slot) {
        return TAGS.computeIfAbsent(slot, wanted -> java.util.stream.IntStream.iterate(0, i -> i + 1).filter(i -> SlotHash.getSlot(Integer.toString(i)) == wanted).findFirst().orElseThrow());
    }

    private static Message message(Producer.Draft draft) {
        return new Message(Crowd.MSG_TYPE, draft.user(), draft.data(), draft.id(), 0);
    }

    private static String json(Producer.Draft draft) {
        return draft.id() == null ? draft.json("").replace("\"id\":\"null\",", "") : draft.json("");
    }
}
