package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import io.lettuce.core.XAddArgs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hands to the application what pages send: as a CDI event in this WAR, and as an entry of a Redis Stream. */
@ApplicationScoped
class Inbound {
    private static final System.Logger LOG = System.getLogger(Inbound.class.getName());

    @Inject
    private Event<InboundMessage> event;

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final Node node;
    private final Metrics.Count inbound;

    Inbound() { // for the container's proxy
        this(null, null, null, null, new Metrics());
    }

    @Inject
    Inbound(Redis redis, Keys keys, Settings settings, Node node, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        this.node = node;
        inbound = metrics.counter("inbound", "Messages of pages handed to the application");
    }

    /**
     * @param data    the text of any JSON value, or null
     * @param refused called if Redis does not take it, on any thread
     */
    void received(String user, String msgType, String data, Runnable refused) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("msg_type", msgType);
        fields.put("from_user_id", user);
        fields.put("data", data == null ? "null" : data);
        fields.put("at", Long.toString(System.currentTimeMillis()));
        fields.put("node", node.name());
        XAddArgs bound = XAddArgs.Builder.maxlen(settings.consumerStreamLength()).approximateTrimming();
        redis.call(commands -> commands.xadd(keys.consumer(), bound, fields)).whenComplete((id, failure) -> {
            if (failure != null) {
                refused.run();
            } else {
                inbound.add();
            }
        });
        InboundMessage message = new InboundMessage(user, msgType, data);
        try {
            event.fire(message);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "An observer of inbound messages failed; the next message is unharmed.", e);
        }
        event.fireAsync(message).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.log(System.Logger.Level.ERROR, "An asynchronous observer of inbound messages failed; the next message is unharmed.", failure);
            }
        });
    }
}
