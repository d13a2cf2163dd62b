package dev.bellhop.live;

import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;

/**
 * What the application's observers have thrown: counted, and logged once a minute. Why no more: a page chooses what it sends, and so
 * how often an observer that cannot cope with it throws.
 *
 * <p>Thread-safe, never blocks.
 */
final class ObserverFailures {
    private static final System.Logger LOG = System.getLogger(Observers.class.getName());

    private final Metrics.Count failures;
    private final OncePerMinute logged = new OncePerMinute();

    ObserverFailures(Metrics metrics) {
        failures = metrics.counter("observer_failures", "Inbound messages at which an observer of the application failed");
    }

    void add(String what, Throwable cause) {
        failures.add();
        if (logged.next().isPresent()) {
            LOG.log(System.Logger.Level.ERROR,
                    what + "; the next message is unharmed. The next such line is a minute away; bellhop_observer_failures_total counts all.", cause);
        }
    }
}
