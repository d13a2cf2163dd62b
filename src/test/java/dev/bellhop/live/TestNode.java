package dev.bellhop.live;

import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.ingest.IngestReader;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.Rejections;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.Redis;
import dev.bellhop.schedule.Promotion;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** A whole node without a server: what the container would make and inject is made and set here. Thread-safe. */
public final class TestNode implements AutoCloseable {

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4, daemons());

    private final Settings settings;
    private final Node node = new Node();
    private final Metrics metrics = new Metrics();
    private final Rejections rejections = new Rejections(metrics);
    private final Keys keys;
    private final Redis redis;
    private final Inbox inbox;
    private final PubSub pubSub;
    private final Registry registry;
    private final Live live;
    private final FrameReader reader;
    private final Connections connections;
    private final IngestReader ingestReader;
    private final Promotion promotion;
    private boolean killed;

    private TestNode(Settings settings) {
        this.settings = settings;
        keys = new Keys(settings);
        redis = new Redis(settings, metrics);
        inbox = new Inbox(redis, keys, settings, metrics);
        pubSub = new PubSub(redis, keys, node, metrics);
        registry = new Registry(pubSub, keys);
        live = with(new Live(settings, inbox, redis, registry, node, metrics), threads);
        Subscriber subscriber = new Subscriber(settings, keys, live, registry, rejections, metrics);
        Sweeper sweeper = with(new Sweeper(settings, registry, live), threads);
        connections = new Connections(pubSub, keys, subscriber, sweeper, registry, live);
        reader = new FrameReader(live, new Inbound(redis, keys, settings, node, metrics), rejections, metrics);
        ingestReader = with(new IngestReader(redis, inbox, node, settings, rejections, metrics), threads);
        promotion = with(new Promotion(redis, keys, metrics), threads);
    }

    /** @param settings each {@code name=value} */
    public static Settings settings(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            values.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return Settings.read(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(values, "test", 100)).build());
    }

    /** A node on this Redis, which need not be there yet. */
    public static TestNode start(String redisUri, String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "bellhop.redis.uri=" + redisUri;
        TestNode node = new TestNode(settings(all));
        node.redis.start(daemons());
        return node;
    }

    public TestNode awaitRedis() {
        await().pollInterval(5, TimeUnit.MILLISECONDS).until(redis::isConnected);
        return this;
    }

    /** Takes pages, too. */
    public TestNode withPages() {
        connections.start(daemons());
        await().pollInterval(5, TimeUnit.MILLISECONDS).until(pubSub::hears);
        return this;
    }

    /** Reads the ingest stream, too. */
    public TestNode withIngest() {
        ingestReader.start();
        return this;
    }

    /** Promotes what is due each second, as the timer would. */
    public TestNode withPromotion() {
        threads.scheduleAtFixedRate(promotion::run, 0, 1, TimeUnit.SECONDS);
        return this;
    }

    /** A page of this user has opened a connection, and not yet sent anything. */
    public TestPage open(String user) {
        return new TestPage(this, user);
    }

    public String name() {
        return node.name();
    }

    public Settings settings() {
        return settings;
    }

    public Metrics metrics() {
        return metrics;
    }

    public Keys keys() {
        return keys;
    }

    public Redis redis() {
        return redis;
    }

    public PubSub pubSub() {
        return pubSub;
    }

    public Inbox inbox() {
        return inbox;
    }

    public IngestReader ingestReader() {
        return ingestReader;
    }

    public Promotion promotion() {
        return promotion;
    }

    Live live() {
        return live;
    }

    Registry registry() {
        return registry;
    }

    FrameReader reader() {
        return reader;
    }

    ScheduledExecutorService threads() {
        return threads;
    }

    /** Ends as a crash would: nothing is handed over, all it had under way is left as it is. */
    public void kill() {
        killed = true;
        threads.shutdownNow();
        redis.stop(daemons());
        pubSub.stop();
    }

    @Override
    public void close() {
        if (!killed) {
            promotion.stop();
            ingestReader.stop();
            connections.drain();
            connections.stop();
            redis.stop(daemons());
            threads.shutdownNow();
        }
    }

    static ThreadFactory daemons() {
        return task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Sets what the container would inject as a resource. */
    private static <T> T with(T bean, ScheduledExecutorService executor) {
        for (Field field : bean.getClass().getDeclaredFields()) {
            if (field.isAnnotationPresent(Resource.class)) {
                try {
                    field.setAccessible(true);
                    field.set(bean, managed(executor));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return bean;
    }

    private static Object managed(ScheduledExecutorService executor) {
        Class<?>[] types = {ManagedExecutorService.class, ManagedScheduledExecutorService.class};
        return Proxy.newProxyInstance(TestNode.class.getClassLoader(), types, (proxy, method, args) -> {
            try {
                return method.invoke(executor, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
