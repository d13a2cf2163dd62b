package dev.bellhop.stats;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import dev.bellhop.presence.Presence;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.Redis;
import jakarta.inject.Inject;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes down every few seconds what this node counts, so that any node can tell of all. */
@SingleInstance
public class NodeReporter {
    private static final System.Logger LOG = System.getLogger(NodeReporter.class.getName());
    private static final int MINUTE = (int) (60 / History.STEP.toSeconds());
    private static final List<String> RATES = List.of("frames_sent", "frames_received", "heard", "published", "inbound", "connections_opened");
    private static final List<String> REMEMBERED_RATES = List.of("frames_sent", "heard", "published", "inbound");
    private static final List<String> REMEMBERED = List.of("connections", "outbox_waiting");

    @Inject
    private Lanes lanes;

    private final Metrics metrics;
    private final Presence presence;
    private final History history;
    private final Redis redis;
    private final PubSub pubSub;
    private final Watch watch;
    private final long startedNanos = System.nanoTime();
    private final ArrayDeque<Sample> lastMinute = new ArrayDeque<>();
    private ScheduledFuture<?> reports;

    private record Sample(long nanos, Map<String, Long> numbers) {}

    @Inject
    NodeReporter(Metrics metrics, Presence presence, History history, Redis redis, PubSub pubSub, Watch watch) {
        this.metrics = metrics;
        this.presence = presence;
        this.history = history;
        this.redis = redis;
        this.pubSub = pubSub;
        this.watch = watch;
    }

    /** Begins to report. */
    public void start() {
        reports = lanes.timer().scheduleWithFixedDelay(this::write, 0, History.STEP.toSeconds(), TimeUnit.SECONDS);
    }

    private void write() {
        try { // why: a task that throws is not run again
            Sample now = new Sample(System.nanoTime(), metrics.snapshot());
            Map<String, Double> rates = rates(now);
            String report = report(now, rates);
            presence.writeNode(report);
            watch.send(report);
            history.add(remembered(now, rates));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "This node could not report. The next try is in a few seconds; please report this.", e);
        }
    }

    /** A second, over the last minute. */
    private Map<String, Double> rates(Sample now) {
        lastMinute.addLast(now);
        if (lastMinute.size() > MINUTE + 1) {
            lastMinute.removeFirst();
        }
        Sample then = lastMinute.getFirst();
        double seconds = Math.max(1, (now.nanos() - then.nanos()) * 1e-9);
        Map<String, Double> rates = new TreeMap<>();
        for (String name : RATES) {
            double rate = (now.numbers().getOrDefault(name, 0L) - then.numbers().getOrDefault(name, 0L)) / seconds;
            rates.put(name, Math.round(rate * 10) / 10.0);
        }
        return rates;
    }

    private static Map<String, Number> remembered(Sample now, Map<String, Double> rates) {
        Map<String, Number> numbers = new TreeMap<>();
        REMEMBERED_RATES.forEach(name -> numbers.put(name, rates.get(name)));
        REMEMBERED.forEach(name -> numbers.put(name, now.numbers().getOrDefault(name, 0L)));
        return numbers;
    }

    /** What this node counts, as JSON: totals since it started, gauges, and rates. */
    private String report(Sample now, Map<String, Double> rates) {
        StringBuilder json = new StringBuilder("{\"uptime_seconds\":").append(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos))
                .append(",\"redis\":{\"connected\":").append(redis.isConnected()).append(",\"subscribed\":").append(pubSub.hears()).append("},\"rates\":{");
        String comma = "";
        for (Map.Entry<String, Double> rate : rates.entrySet()) {
            json.append(comma).append('"').append(rate.getKey()).append("\":").append(rate.getValue());
            comma = ",";
        }
        json.append("},\"metrics\":{");
        comma = "";
        for (Map.Entry<String, Long> metric : now.numbers().entrySet()) {
            json.append(comma).append('"').append(metric.getKey()).append("\":").append(metric.getValue());
            comma = ",";
        }
        return json.append("}}").toString();
    }

    /** Reports no more, and takes this node's report away. Waits for a second at most. */
    public void stop() {
        if (reports != null) {
            reports.cancel(false);
        }
        try {
            presence.removeNode().get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException away) {
            LOG.log(System.Logger.Level.DEBUG, "the report is left to age: {0}", away.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
