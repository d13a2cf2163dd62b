package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.publish.InboundMessage;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;

/** The application's own code that observes {@link InboundMessage}. */
@SingleInstance
class Observers {
    @Inject
    private Event<InboundMessage> event;
    @Inject
    private BeanManager beans;

    /** Whether there are any. */
    boolean exist() {
        return !beans.resolveObserverMethods(new InboundMessage("", "", null)).isEmpty();
    }

    /** Calls them. What they throw harms nobody. Why failures are not its own field: it has a method that is intercepted, and no constructor. */
    @ActivateRequestContext // as for a request: the application's beans may be of that scope
    void tell(InboundMessage message, ObserverFailures failures) {
        try {
            event.fire(message);
        } catch (RuntimeException e) {
            failures.add("An observer of inbound messages failed", e);
        }
        try {
            event.fireAsync(message).whenComplete((done, failure) -> {
                if (failure != null) {
                    failures.add("An asynchronous observer of inbound messages failed", failure);
                }
            });
        } catch (RuntimeException full) {
            failures.add("The asynchronous observers of inbound messages were not called: the server takes no more tasks", full);
        }
    }
}
