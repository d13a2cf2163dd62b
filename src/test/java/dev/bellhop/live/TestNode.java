package dev.bellhop.live;

import static org.awaitility.Awaitility.await;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.ingest.IngestReader;
import dev.bellhop.metric.Metrics;
import dev.bellhop.presence.Presence;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.Redis;
import dev.bellhop.schedule.Promotion;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** A whole node without a server: what the container would make and inject is made and set here. Thread-safe. */
public final class TestNode implements AutoCloseable {

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4, daemons());

    private final Map<Class<?>, Object> beans = new HashMap<>();
    private boolean killed;
    private volatile boolean full;

    private TestNode(Settings settings, Inbox inbox) {
        beans.put(Settings.class, settings);
        if (inbox != null) {
            beans.put(Inbox.class, inbox);
        }
        List.of(Redis.class, Connections.class, IngestReader.class, Promotion.class, FrameReader.class).forEach(this::bean);
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
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "bellhop.redis.uri=" + redisUri;
        TestNode node = new TestNode(settings(all), null);
        node.redis().start(daemons());
        return node;
    }

    /** A node without Redis, on a test's own inbox. */
    static TestNode on(Inbox inbox) {
        return new TestNode(settings(new String[0]), inbox);
    }

    public TestNode awaitRedis() {
        await().pollInterval(5, TimeUnit.MILLISECONDS).until(redis()::isConnected);
        return this;
    }

    /** Takes pages, too. */
    public TestNode withPages() {
        bean(Connections.class).start(daemons());
        await().pollInterval(5, TimeUnit.MILLISECONDS).until(pubSub()::hears);
        return this;
    }

    /** Reads the ingest stream, too. */
    public TestNode withIngest() {
        ingestReader().start();
        return this;
    }

    /** Promotes what is due each second, as the timer would. */
    public TestNode withPromotion() {
        threads.scheduleAtFixedRate(promotion()::run, 0, 1, TimeUnit.SECONDS);
        return this;
    }

    /** A page of this user has opened a connection, and not yet sent anything. */
    public TestPage open(String user) {
        return new TestPage(this, user);
    }

    public String name() {
        return bean(Node.class).name();
    }

    public Settings settings() {
        return bean(Settings.class);
    }

    public Metrics metrics() {
        return bean(Metrics.class);
    }

    public Keys keys() {
        return bean(Keys.class);
    }

    public Redis redis() {
        return bean(Redis.class);
    }

    public PubSub pubSub() {
        return bean(PubSub.class);
    }

    public Inbox inbox() {
        return bean(Inbox.class);
    }

    public IngestReader ingestReader() {
        return bean(IngestReader.class);
    }

    public Promotion promotion() {
        return bean(Promotion.class);
    }

    Live live() {
        return bean(Live.class);
    }

    Registry registry() {
        return bean(Registry.class);
    }

    FrameReader reader() {
        return bean(FrameReader.class);
    }

    ScheduledExecutorService threads() {
        return threads;
    }

    /** Whether the server's executors take no more. */
    public void refuseTasks(boolean refuse) {
        full = refuse;
    }

    /** Ends as a crash would: nothing is handed over, all it had under way is left as it is. */
    public void kill() {
        killed = true;
        threads.shutdownNow();
        redis().stop(daemons());
        pubSub().stop();
    }

    /** Ends in order, as an undeployment does. */
    @Override
    public void close() {
        if (!killed) {
            promotion().stop();
            ingestReader().stop();
            bean(Connections.class).drain();
            bean(Connections.class).stop();
            redis().stop(daemons());
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

    /** The one bean of this class, made as the container would. */
    private synchronized <T> T bean(Class<T> type) {
        Object known = beans.get(type);
        if (known == null) {
            known = make(type);
            beans.put(type, known);
        }
        return type.cast(known);
    }

    private Object make(Class<?> type) {
        try {
            Constructor<?>[] all = type.getDeclaredConstructors();
            Constructor<?> constructor = Arrays.stream(all).filter(one -> one.isAnnotationPresent(Inject.class)).findFirst().orElse(all[0]);
            constructor.setAccessible(true);
            Object bean = constructor.newInstance(Arrays.stream(constructor.getParameterTypes()).map(this::bean).toArray());
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(Resource.class) || field.isAnnotationPresent(Inject.class)) {
                    field.setAccessible(true);
                    field.set(bean, field.getType().isInterface() ? ofTheServer(field.getType()) : bean(field.getType()));
                }
            }
            return bean;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    private Object ofTheServer(Class<?> type) {
        return type == Event.class ? nobodyObserves() : managed(threads);
    }

    private static Object nobodyObserves() {
        return Proxy.newProxyInstance(TestNode.class.getClassLoader(), new Class<?>[] {Event.class},
                (proxy, method, args) -> method.getName().equals("fireAsync") ? CompletableFuture.completedFuture(args[0]) : null);
    }

    private Object managed(ScheduledExecutorService executor) {
        Class<?>[] types = {ManagedExecutorService.class, ManagedScheduledExecutorService.class};
        return Proxy.newProxyInstance(TestNode.class.getClassLoader(), types, (proxy, method, args) -> {
            if (full) {
                throw new RejectedExecutionException("full");
            }
            try {
                return method.invoke(executor, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
