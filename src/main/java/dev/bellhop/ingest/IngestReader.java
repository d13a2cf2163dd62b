package dev.bellhop.ingest;

import dev.bellhop.board.Boards;
import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import dev.bellhop.partition.Partitions;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.rejected.RejectedList;
import dev.bellhop.rejected.Rejections;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;

/**
 * Moves messages from the ingest streams into their inboxes.
 *
 * <p>One node at a time reads a stream, under a short lease in Redis, so the stream's order is the inboxes' order. Which node reads which is settled
 * by {@link Leases}, how it reads by {@link StreamReader}. There is a reader for each partition that Redis knows of, in use or not, so what lies in one
 * that is no longer used gets out of it.
 */
@SingleInstance
public class IngestReader {
    private static final System.Logger LOG = System.getLogger(IngestReader.class.getName());

    @Inject
    private Lanes lanes;

    private final Redis redis;
    private final Inbox inbox;
    private final Boards boards;
    private final Node node;
    private final Settings settings;
    private final Partitions partitions;
    private final RejectedList rejectedList;
    private final Rejections rejections;
    private final Metrics.Count ingested;
    private final Leases leases;
    private final Map<Partition, StreamReader> readers = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    @Inject
    public IngestReader(Redis redis, Inbox inbox, Boards boards, Node node, Settings settings, Partitions partitions, RejectedList rejectedList,
            Rejections rejections, Metrics metrics) {
        this.redis = redis;
        this.inbox = inbox;
        this.boards = boards;
        this.node = node;
        this.settings = settings;
        this.partitions = partitions;
        this.rejectedList = rejectedList;
        this.rejections = rejections;
        leases = new Leases(partitions, System::nanoTime);
        ingested = metrics.counter("ingested", "Entries of the ingest streams that were brought to an inbox or rejected");
        metrics.gauge("ingest_reader", "Ingest streams that this node reads", leases::held);
        metrics.gauge("ingest_streams", "Ingest streams that this node knows of", readers::size);
        metrics.gauge("ingest_held", "Entries of the ingest streams that wait, because Redis refuses their user's keys", () -> sum(Backlog::heldEntries));
        metrics.gauge("ingest_held_users", "Users whose entries of an ingest stream wait, because Redis refuses their keys", () -> sum(Backlog::heldUsers));
    }

    private int sum(ToIntFunction<Backlog> of) {
        return readers.values().stream().mapToInt(reader -> of.applyAsInt(reader.backlog())).sum();
    }

    /** Begins to read once Redis is there, until stopped. Returns at once. */
    public void start() {
        readAll();
        partitions.join(this::readAll);
    }

    private void readAll() {
        partitions.all().forEach(partition -> readers.computeIfAbsent(partition, this::begun));
    }

    private StreamReader begun(Partition partition) {
        StreamReader.Parts parts = new StreamReader.Parts(redis, node.name(), settings, lanes.ingest(), rejectedList, rejections, ingested);
        boolean one = partition.number() == Partition.NONE;
        Backlog backlog = new Backlog(redis, partition, settings.partitions(), inbox, boards);
        StreamReader reader = new StreamReader(partition, parts, leases, backlog, one || partitions.isInUse(partition));
        if (!stopped) {
            reader.start();
        }
        return reader;
    }

    /** Stops reading and lets other nodes take over at once. Waits for two seconds at most. */
    public void stop() {
        stopped = true;
        CompletableFuture<?> left = partitions.leave();
        List<CompletableFuture<?>> released = readers.values().stream().<CompletableFuture<?>>map(StreamReader::stop).toList();
        try {
            // why not completeOnTimeout: the JDK's thread for that stays, and with it this application's class loader
            CompletableFuture.allOf(left, CompletableFuture.allOf(released.toArray(CompletableFuture[]::new))).get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException away) {
            LOG.log(System.Logger.Level.DEBUG, "leases are left to end by themselves: {0}", away.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
