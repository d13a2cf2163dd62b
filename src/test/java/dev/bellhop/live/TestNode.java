package dev.bellhop.live;

import static org.awaitility.Awaitility.await;

import dev.bellhop.board.Boards;
import dev.bellhop.board.Groups;
import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.ingest.IngestReader;
import dev.bellhop.it.OwnRedis;
import dev.bellhop.lane.Lane;
import dev.bellhop.lane.Lanes;
import dev.bellhop.metric.Metrics;
import dev.bellhop.partition.Partitions;
import dev.bellhop.publish.InboundMessage;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.Redis;
import dev.bellhop.schedule.Promotion;
import dev.bellhop.stats.NodeReporter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** A whole node without a server: what the container would make and inject is made and set here. Thread-safe. */
public final class TestNode implements AutoCloseable {
    /** On a busy machine, with a Redis that may not answer: each attempt to connect takes up to five seconds. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4, daemons());

    private final Map<Class<?>, Object> beans = new HashMap<>();
    private boolean ended;
    private boolean reports;
    private volatile Consumer<InboundMessage> observer;
    private CountDownLatch taken;

    private TestNode(Settings settings, Function<TestNode, Inbox> inbox) {
        beans.put(Settings.class, settings);
        beans.put(Inbox.class, inbox.apply(this));
        lanes().start(daemons());
        List.of(Redis.class, Connections.class, Sweeper.class, Subscriber.class, IngestReader.class, Promotion.class, FrameReader.class).forEach(this::bean);
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

    /** A node that ends before this Redis does. */
    public static TestNode start(OwnRedis redis, String... settings) {
        return start(redis, node -> (Inbox) node.make(Inbox.class), settings);
    }

    /** The same, with an inbox of the test's own, made from the node's other parts. */
    static TestNode start(OwnRedis redis, Function<TestNode, Inbox> inbox, String... settings) {
        TestNode node = start(inbox, Stream.concat(redis.settings().stream(), Stream.of(settings)));
        redis.closeFirst(node);
        return node;
    }

    /** A node on this Redis, which need not be there yet. */
    public static TestNode start(String redisUri, String... settings) {
        return start(node -> (Inbox) node.make(Inbox.class), Stream.concat(Stream.of(settings), Stream.of("bellhop.redis.uri=" + redisUri)));
    }

    private static TestNode start(Function<TestNode, Inbox> inbox, Stream<String> settings) {
        TestNode node = new TestNode(settings(settings.toArray(String[]::new)), inbox);
        node.redis().start(daemons());
        return node;
    }

    /** A node without Redis, on a test's own inbox. */
    static TestNode on(Inbox inbox, String... settings) {
        return new TestNode(settings(settings), node -> inbox);
    }

    public TestNode awaitRedis() {
        await().atMost(SOON).pollInterval(5, TimeUnit.MILLISECONDS).until(redis()::isConnected);
        return this;
    }

    /** Takes pages, too. */
    public TestNode withPages() {
        bean(Subscriber.class).start(daemons());
        sweeper().start();
        await().atMost(SOON).pollInterval(5, TimeUnit.MILLISECONDS).until(pubSub()::hearsAsOthers);
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

    /** Writes down every few seconds what it counts, too. */
    public TestNode withReports() {
        bean(NodeReporter.class).start();
        reports = true;
        return this;
    }

    /** A page of this user has opened a connection, and not yet sent anything. */
    public TestPage open(String user, String... roles) {
        return new TestPage(this, frame -> { }, user, roles);
    }

    /** The same; {@code shows} is told of each frame, on the thread that sends it. */
    public TestPage openAndShow(String user, Consumer<String> shows) {
        return new TestPage(this, shows, user);
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

    public Boards boards() {
        return bean(Boards.class);
    }

    public Groups groups() {
        return bean(Groups.class);
    }

    public Partitions partitions() {
        return bean(Partitions.class);
    }

    public IngestReader ingestReader() {
        return bean(IngestReader.class);
    }

    public Promotion promotion() {
        return bean(Promotion.class);
    }

    Subscriber subscriber() {
        return bean(Subscriber.class);
    }

    Connections connections() {
        return bean(Connections.class);
    }

    Logins logins() {
        return bean(Logins.class);
    }

    Registry registry() {
        return bean(Registry.class);
    }

    Sweeper sweeper() {
        return bean(Sweeper.class);
    }

    Posts posts() {
        return bean(Posts.class);
    }

    FrameReader reader() {
        return bean(FrameReader.class);
    }

    ScheduledExecutorService threads() {
        return threads;
    }

    public Lanes lanes() {
        return bean(Lanes.class);
    }

    /** Gives up at once what is held for a while for users who may come back, and for boards. */
    void forgetWhoIsAway() {
        long later = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        registry().feeds().forEach(feed -> registry().tend(feed, later));
        bean(BoardFeeds.class).dropEmpty(later);
    }

    /** Whether the lanes take no more: their threads are held, and as many tasks wait as may. */
    public void refuseTasks(boolean refuse) {
        Lanes all = lanes();
        List.of(all.delivery(), all.pages(), all.closing(), all.stalled(), all.ingest(), all.observers()).forEach(lane -> hold(lane, refuse));
    }

    /** Holds a lane's threads and fills its queue; or lets all go that were held. */
    synchronized void hold(Lane lane, boolean hold) {
        if (!hold) {
            taken.countDown();
            return;
        }
        if (taken == null || taken.getCount() == 0) {
            taken = new CountDownLatch(1);
        }
        CountDownLatch until = taken;
        AtomicInteger begun = new AtomicInteger();
        Runnable task = () -> {
            begun.incrementAndGet();
            try {
                until.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        if (fill(lane, task)) {
            await().atMost(SOON).until(() -> begun.get() == lane.size());
            fill(lane, task); // why again: the threads have made room
        }
    }

    /** @return whether it has taken any */
    private static boolean fill(Lane lane, Runnable task) {
        boolean any = false;
        while (lane.offer(task)) {
            any = true;
        }
        return any;
    }

    /** Ends as a crash would: nothing is handed over, all it had under way is left as it is. */
    public void kill() {
        ended = true;
        threads.shutdownNow();
        redis().stop(daemons());
        pubSub().stop();
        lanes().stop();
    }

    /** Ends in order, as an undeployment does. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            promotion().stop();
            ingestReader().stop();
            connections().drain();
            sweeper().stop();
            if (reports) {
                bean(NodeReporter.class).stop();
            }
            bean(Subscriber.class).stop();
            redis().stop(daemons());
            lanes().stop();
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
                if (field.isAnnotationPresent(Inject.class)) {
                    field.setAccessible(true);
                    field.set(bean, field.getType().isInterface() ? ofTheContainer(field.getType()) : bean(field.getType()));
                }
            }
            return bean;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type, e);
        }
    }

    /** Has what pages send observed, as by a method of the application's. */
    public void observe(Consumer<InboundMessage> by) {
        observer = by;
    }

    /** CDI's, as far as Bellhop asks for it. */
    private Object ofTheContainer(Class<?> type) {
        return Proxy.newProxyInstance(TestNode.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> switch (method.getName()) {
            case "resolveObserverMethods" -> observer == null ? Set.of() : Set.of(new Object());
            case "fireAsync" -> CompletableFuture.completedFuture(args[0]);
            case "fire" -> {
                if (observer != null) {
                    observer.accept((InboundMessage) args[0]);
                }
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }
}
