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
    private static final System.Logger LOG = System.getLogger(Observers.class.getName());

    @Inject
    private Event<InboundMessage> event;
    @Inject
    private BeanManager beans;

    /** Whether there are any. */
    boolean exist() {
        return !beans.resolveObserverMethods(new InboundMessage("", "", null)).isEmpty();
    }

    /** Calls them. What they throw harms nobody. */
    @ActivateRequestContext // as for a request: the application's beans may be of that scope
    void tell(InboundMessage message) {
        try {
            event.fire(message);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "An observer of inbound messages failed; the next message is unharmed.", e);
        }
        try {
            event.fireAsync(message).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.log(System.Logger.Level.ERROR, "An asynchronous observer of inbound messages failed; the next message is unharmed.", failure);
                }
            });
        } catch (RuntimeException full) {
            LOG.log(System.Logger.Level.ERROR, "The asynchronous observers of inbound messages were not called: the server takes no more tasks.", full);
        }
    }
}
