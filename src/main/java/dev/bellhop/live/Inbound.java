package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Utf8;
import dev.bellhop.metric.Metrics;
import dev.bellhop.publish.InboundMessage;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.RedisAwayException;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;

/**
 * Hands to the application what pages send: as an entry of a Redis Stream, and then as a CDI event in this WAR. What the stream
 * did not take, no observer sees.
 *
 * <p>Thread-safe, never blocks. Observers run on threads of Bellhop's own for them, one message of a connection after another.
 */
@SingleInstance
class Inbound {
    static final String UNAVAILABLE = "unavailable";

    private static final Script INBOUND = new Script(Inbound.class, "inbound.lua");
    /** What an entry takes beside its data, at most. */
    private static final int ENTRY_BYTES = 1_024;

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final Lanes lanes;
    private final Observers observers;
    private final Node node;
    private final Metrics.Count inbound;
    private final ObserverFailures observerFailures;

    @Inject
    Inbound(Redis redis, Keys keys, Settings settings, Lanes lanes, Observers observers, Node node, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        this.lanes = lanes;
        this.observers = observers;
        this.node = node;
        observerFailures = new ObserverFailures(metrics);
        inbound = metrics.counter("inbound", "Messages from pages that were handed to the application");
    }

    /** Called if a frame that was taken in is not handed to the application; on any thread. */
    interface Refused {
        void because(String code, String message);
    }

    /**
     * @param data the text of any JSON value, or null
     * @throws BadMessageException if the frame is refused at once
     */
    void received(Sender sender, String msgType, String data, Refused refused) throws BadMessageException {
        boolean toStream = settings.hasConsumerStream();
        if (!toStream && !observers.exist()) {
            throw new BadMessageException(BadMessageException.BAD_MESSAGE, "nobody here takes what pages send");
        }
        if (!redis.isConnected() && (toStream || !sender.pending().isOpen())) {
            refused.because(UNAVAILABLE, "Redis is away; nothing was done, try again later");
            return;
        }
        InboundMessage message = new InboundMessage(sender.userId(), msgType, data);
        int bytes = data == null ? 0 : Utf8.length(data);
        if (!sender.maySend(bytes)) {
            throw new BadMessageException(FrameReader.RATE_LIMITED, "more than " + settings.userRateBytes() + " bytes a second from this user");
        }
        if (!sender.pending().add(bytes, () -> handOver(message, toStream, refused))) {
            throw new BadMessageException(FrameReader.RATE_LIMITED, "the application has not yet taken what this page sent before");
        }
    }

    private CompletableFuture<?> handOver(InboundMessage message, boolean toStream, Refused refused) {
        CompletableFuture<?> done = new CompletableFuture<>();
        CompletableFuture<?> accepted = toStream ? write(message) : CompletableFuture.completedFuture(null);
        accepted.whenComplete((entry, failure) -> {
            if (failure == null) {
                inbound.add();
                tell(message, done);
            } else {
                done.complete(null);
                refused.because(UNAVAILABLE, failure instanceof RedisAwayException ? "Redis is away; nothing was done, try again later"
                        : "Redis did not answer as it should; it may not have been done, try again later");
            }
        });
        return done;
    }

    private CompletableFuture<?> write(InboundMessage message) {
        return INBOUND.run(redis, new String[] {keys.consumer(), keys.consumerBytes()},
                Integer.toString(settings.consumerStreamLength()), Long.toString(settings.consumerStreamBytes()),
                Integer.toString(settings.maxMessageSize() + ENTRY_BYTES),
                message.msgType(), message.userId(), message.data() == null ? "null" : message.data(), node.name());
    }

    /** Tells the observers, on a thread that they may keep; later if too many wait for one. */
    private void tell(InboundMessage message, CompletableFuture<?> done) {
        lanes.insist(lanes.observers(), () -> {
            try {
                observers.tell(message, observerFailures);
            } finally {
                done.complete(null);
            }
        });
    }
}
