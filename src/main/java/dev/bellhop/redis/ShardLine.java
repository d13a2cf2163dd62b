package dev.bellhop.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hears what is sent by {@code SPUBLISH} to one master of a cluster. Its probe lies in one of the master's own slots.
 *
 * <p>While a slot moves to this master, what is announced in it may be announced here already: where all keys of a script have come over,
 * Redis runs it here. So the slot's channels are subscribed to at both ends.
 */
final class ShardLine extends Line {
    private static final Pattern IMPORTING = Pattern.compile("\\[(\\d+)-<-");

    private final RedisClusterNode member;
    private final Shards shards;
    private volatile String probe;
    /** The slots that are moving here. */
    private volatile Set<Integer> importing = Set.of();

    ShardLine(Redis redis, PubSub owner, Shards shards, RedisClusterNode member) {
        super(redis, owner);
        this.shards = shards;
        this.member = member;
    }

    RedisClusterNode member() {
        return member;
    }

    Set<Integer> importing() {
        return importing;
    }

    /** Replaces the probe, if the slot of the one before is no longer this master's. */
    void probe(String wanted) {
        String before = probe;
        if (!wanted.equals(before)) {
            subscribe(wanted);
            probe = wanted;
            if (before != null) {
                unsubscribe(before);
            }
        }
    }

    @Override
    String name() {
        return Shards.address(member);
    }

    @Override
    StatefulRedisPubSubConnection<String, String> connect() {
        return redis.client().connectPubSub(member);
    }

    @Override
    String probe() {
        return probe;
    }

    @Override
    CompletableFuture<Long> sendProbe(String channel) {
        return redis.callAt(member.getNodeId(), commands -> commands.spublish(channel, ""));
    }

    /** Why one by one: Redis takes those of one slot only, and answers each one that is not here with where it is. */
    @Override
    RedisFuture<Void> ask(RedisPubSubAsyncCommands<String, String> commands, List<String> some) {
        Set<Integer> moving = importing;
        RedisFuture<Void> last = null;
        for (String channel : some) {
            if (!moving.isEmpty() && moving.contains(SlotHash.getSlot(channel))) {
                commands.asking();
            }
            last = commands.ssubscribe(channel);
            last.whenComplete((done, refused) -> {
                if (refused != null) {
                    lost(channel);
                }
            });
        }
        return last;
    }

    @Override
    void giveUp(RedisPubSubAsyncCommands<String, String> commands, String channel) {
        commands.sunsubscribe(channel);
    }

    @Override
    void lost(boolean moved) {
        shards.search(moved);
    }

    /** Why not in a slot that is still moving here: reading would have to wait for its keys, and pages would hear nothing until then. */
    @Override
    boolean tells(String channel) {
        return shards.isHome(this, channel);
    }

    /** Learns which slots are moving here: this master alone knows. */
    @Override
    void look() {
        redis.callAt(member.getNodeId(), commands -> commands.clusterNodes()).thenAccept(nodes -> {
            Set<Integer> now = new HashSet<>();
            for (Matcher slot = IMPORTING.matcher(nodes); slot.find(); ) {
                now.add(Integer.valueOf(slot.group(1)));
            }
            if (!now.equals(importing)) {
                importing = now;
                shards.movesChanged();
            }
        });
    }
}
