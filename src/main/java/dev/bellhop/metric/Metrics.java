package dev.bellhop.metric;

import dev.bellhop.config.SingleInstance;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * What this node has counted since it started. Each name is written once, where the thing is counted.
 *
 * <p>Thread-safe. Counters never block; keep one in a field rather than look it up per message.
 */
@SingleInstance
public class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<String, Counter> families = new ConcurrentHashMap<>();
    private final Map<String, Count> counts = new ConcurrentHashMap<>();
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    /** A number that only grows. */
    public static final class Count {
        private final CounterDataPoint point;

        private Count(CounterDataPoint point) {
            this.point = point;
        }

        public void add() {
            point.inc();
        }

        public void add(long n) {
            point.inc(n);
        }

        public long value() {
            return point.getLongValue();
        }
    }

    /**
     * A counter without labels.
     *
     * @param name without the {@code bellhop_} before it and the {@code _total} behind it
     */
    public Count counter(String name, String help) {
        return counts.computeIfAbsent(name, n -> new Count(family(name, help).labelValues()));
    }

    /** A counter with one label. The label's values must be few and never come from outside. */
    public Count counter(String name, String help, String label, String value) {
        return counts.computeIfAbsent(name + '{' + value + '}', n -> new Count(family(name, help, label).labelValues(value)));
    }

    private Counter family(String name, String help, String... labels) {
        // why without exemplars: nobody traces here, and their scheduler's thread would outlive the application
        return families.computeIfAbsent(name, n -> Counter.builder().name("bellhop_" + name).help(help)
                .labelNames(labels).withoutExemplars().register(registry));
    }

    /** A number asked for when somebody looks. */
    public void gauge(String name, String help, DoubleSupplier value) {
        if (gauges.putIfAbsent(name, value) == null) {
            GaugeWithCallback.builder().name("bellhop_" + name).help(help)
                    .callback(callback -> callback.call(value.getAsDouble())).register(registry);
        }
    }

    /** For the exposition. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** All counters and gauges by name, a label's value in braces. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((name, count) -> all.put(name, count.value()));
        gauges.forEach((name, value) -> all.put(name, (long) value.getAsDouble()));
        return all;
    }
}
