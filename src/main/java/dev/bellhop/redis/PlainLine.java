package dev.bellhop.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hears what is sent by {@code PUBLISH}: without a cluster everything; on a cluster the shared channel, which each of its members passes
 * on to all others.
 */
final class PlainLine extends Line {
    private final PubSub owner;
    private final String probe;
    private volatile RedisClusterNode member;

    PlainLine(Redis redis, PubSub owner, String probe) {
        super(redis, owner);
        this.owner = owner;
        this.probe = probe;
        subscribe(probe);
    }

    @Override
    String name() {
        RedisClusterNode known = member;
        return known == null ? "Redis" : Shards.address(known);
    }

    @Override
    StatefulRedisPubSubConnection<String, String> connect() {
        if (!redis.isCluster()) {
            return redis.client().connectPubSub();
        }
        List<String> deaf = owner.deafShards();
        List<RedisClusterNode> masters = Shards.masters(redis.client().members());
        List<RedisClusterNode> heard = masters.stream().filter(one -> !deaf.contains(Shards.address(one))).toList();
        List<RedisClusterNode> from = heard.isEmpty() ? masters : heard;
        member = from.get(ThreadLocalRandom.current().nextInt(from.size())); // why at random: so that the nodes spread over the members
        return redis.client().connectPubSub(member);
    }

    @Override
    String probe() {
        return probe;
    }

    @Override
    CompletableFuture<Long> sendProbe(String channel) {
        RedisClusterNode at = member;
        // why at this member: the channel's own shard may be away, and others still pass on what is for the shared channel
        return at == null ? redis.call(commands -> commands.publish(channel, "")) : redis.callAt(at.getNodeId(), commands -> commands.publish(channel, ""));
    }

    @Override
    RedisFuture<Void> ask(RedisPubSubAsyncCommands<String, String> commands, List<String> some) {
        return commands.subscribe(some.toArray(String[]::new));
    }

    @Override
    void giveUp(RedisPubSubAsyncCommands<String, String> commands, String channel) {
        commands.unsubscribe(channel);
    }

    @Override
    void lost(boolean moved) {} // it connects anew
}
