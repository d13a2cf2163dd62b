package dev.bellhop.stats;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;

/** How much waits in Redis. Thread-safe, never blocks. */
@SingleInstance
public class Queues {
    private final Redis redis;
    private final Keys keys;
    private final Settings settings;

    @Inject
    public Queues(Redis redis, Keys keys, Settings settings) {
        this.settings = settings;
        this.redis = redis;
        this.keys = keys;
    }

    /**
     * Depths.
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
        CompletableFuture<Long> scheduled = redis.call(commands -> commands.zcard(keys.scheduled()));
        CompletableFuture<Long> ingest = redis.call(commands -> commands.xlen(keys.ingest()));
        // why not asked if off: Bellhop may then have no right to that key
        CompletableFuture<Long> consumer = !settings.hasConsumerStream() ? CompletableFuture.completedFuture(0L) : redis.call(commands -> commands.xlen(keys.consumer()));
        CompletableFuture<Long> rejected = redis.call(commands -> commands.llen(keys.rejected()));
        return CompletableFuture.allOf(scheduled, ingest, consumer, rejected)
                .thenApply(all -> new Depths(scheduled.join(), ingest.join(), consumer.join(), rejected.join()));
    }
}
