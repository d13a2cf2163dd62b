package dev.bellhop.stats;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.partition.Partitions;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** How much waits in Redis. Thread-safe, never blocks. */
@SingleInstance
public class Queues {
    private final Redis redis;
    private final Keys keys;
    private final Partitions partitions;
    private final Settings settings;

    @Inject
    public Queues(Redis redis, Keys keys, Partitions partitions, Settings settings) {
        this.partitions = partitions;
        this.settings = settings;
        this.redis = redis;
        this.keys = keys;
    }

    /**
     * Depths, of all partitions together.
     *
     * @param scheduled messages that are not due yet
     * @param ingest    entries of the ingest stream that are not in an inbox yet
     * @param consumer  entries of the stream of what pages send
     * @param rejected  messages kept for inspection
     */
    public record Depths(long scheduled, long ingest, long consumer, long rejected) {
        /** The fields of a JSON object, without its braces. */
        public String json() {
            return "\"scheduled\":" + scheduled + ",\"ingest\":" + ingest + ",\"consumer\":" + consumer + ",\"rejected\":" + rejected;
        }
    }

    public CompletableFuture<Depths> depths() {
        CompletableFuture<Long> scheduled = sum((commands, partition) -> commands.zcard(partition.scheduled()));
        CompletableFuture<Long> ingest = sum((commands, partition) -> commands.xlen(partition.ingest()));
        // why not asked if off: Bellhop may then have no right to that key
        CompletableFuture<Long> consumer = !settings.hasConsumerStream() ? CompletableFuture.completedFuture(0L)
                : redis.call(commands -> commands.xlen(keys.consumer()));
        CompletableFuture<Long> rejected = sum((commands, partition) -> commands.llen(partition.rejected()));
        return CompletableFuture.allOf(scheduled, ingest, consumer, rejected)
                .thenApply(all -> new Depths(scheduled.join(), ingest.join(), consumer.join(), rejected.join()));
    }

    private CompletableFuture<Long> sum(BiFunction<RedisClusterAsyncCommands<String, String>, Partition, RedisFuture<Long>> depth) {
        List<CompletableFuture<Long>> each = partitions.all().stream().map(partition -> redis.call(commands -> depth.apply(commands, partition))).toList();
        return Redis.all(each).thenApply(all -> all.stream().mapToLong(Long::longValue).sum());
    }
}
