package dev.bellhop.chaos;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.ServerNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Users with two pages each, spread over the nodes, and what happens to pages in the world: they are cut for two seconds in
 * fifteen, and some stop reading for a while.
 *
 * <p>Thread-safe.
 */
public final class Crowd implements AutoCloseable {

    static final String MSG_TYPE = "chaos";

    private static final int CUT_EVERY_MILLIS = 15_000;
    private static final int CUT_MILLIS = 2_000;
    private static final int THREADS = 16;

    /** What is counted on the way. */
    public static final class Counts {
        final LongAdder shown = new LongAdder();
        final LongAdder connects = new LongAdder();
        final LongAdder replays = new LongAdder();
        final LongAdder gaps = new LongAdder();
        final LongAdder dropped = new LongAdder();
        final LongAdder errors = new LongAdder();
        final LongAdder stalls = new LongAdder();
        private final Map<Integer, LongAdder> closes = new ConcurrentSkipListMap<>();

        void closed(int code) {
            closes.computeIfAbsent(code, key -> new LongAdder()).increment();
        }

        @Override
        public String toString() {
            return "connects " + connects + ", replays " + replays + ", gaps " + gaps + ", dropped by position " + dropped
                    + ", readers stalled " + stalls + ", closed by the server or broken " + closes + ", error frames " + errors;
        }
    }

    public final Counts counts = new Counts();

    private final String run;
    private final List<ServerNode> nodes;
    private final Random random;
    private final String application;
    private final List<ResumingPage> pages = new ArrayList<>();
    private final ConcurrentMap<String, FormLogin> logins = new ConcurrentHashMap<>();
    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(THREADS);
    private final List<ServerNode> starting = new CopyOnWriteArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean calm;

    /** Of users of the demonstration application. */
    Crowd(String run, List<String> users, List<ServerNode> nodes, Random random) {
        this(run, users, nodes, random, "/shop");
    }

    /**
     * @param run         unlike any other run's, so that what an earlier one left in an inbox is not counted
     * @param application where the users log in
     */
    public Crowd(String run, List<String> users, List<ServerNode> nodes, Random random, String application) {
        this.application = application;
        this.run = run;
        this.nodes = nodes;
        this.random = random;
        for (String user : users) {
            for (int i = 0; i < 2; i++) {
                pages.add(new ResumingPage(this, user, user + (i == 0 ? "/a" : "/b"), nodes.get(i % nodes.size())));
            }
        }
    }

    public String run() {
        return run;
    }

    public List<ResumingPage> pages() {
        return pages;
    }

    public List<Ledger.Screen> screens() {
        return pages.stream().map(ResumingPage::screen).toList();
    }

    List<String> users() {
        return pages.stream().map(ResumingPage::user).distinct().collect(Collectors.toList());
    }

    public boolean areAllLoggedIn() {
        return pages.stream().allMatch(ResumingPage::isLoggedIn);
    }

    /** Begins to cut its pages. */
    public void letLive() {
        pages.forEach(page -> later(() -> cut(page), random(CUT_EVERY_MILLIS)));
    }

    private void cut(ResumingPage page) {
        if (!calm) {
            page.cut(CUT_MILLIS);
            later(() -> cut(page), CUT_EVERY_MILLIS);
        }
    }

    /** Cuts no more. */
    public void calmDown() {
        calm = true;
    }

    /** Has one page stop reading for a while. */
    public ResumingPage stallOne(int millis) {
        ResumingPage page = pages.get(random(pages.size()));
        counts.stalls.increment();
        page.stall(millis);
        return page;
    }

    /** Runs while nobody is sent to this node, as a balancer does: a server that starts may keep a request waiting for long. */
    void without(ServerNode node, Runnable start) {
        starting.add(node);
        try {
            start.run();
        } finally {
            starting.remove(node);
        }
    }

    // --- for the pages and publishers

    public FormLogin login(String user, ServerNode node) {
        return logins.computeIfAbsent(user + "@" + node.port(), key -> FormLogin.at(application, user, node));
    }

    void forget(String user, ServerNode node, FormLogin login) {
        logins.remove(user + "@" + node.port(), login);
    }

    ServerNode anyNode() {
        ServerNode node = nodes.get(random(nodes.size()));
        return starting.contains(node) ? otherThan(node) : node;
    }

    ServerNode otherThan(ServerNode node) {
        ServerNode other = nodes.get((nodes.indexOf(node) + 1) % nodes.size());
        return starting.contains(other) ? node : other;
    }

    public int random(int bound) {
        return random.nextInt(bound);
    }

    void run(Runnable task) {
        later(task, 0);
    }

    public void later(Runnable task, int millis) {
        try {
            pool.schedule(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    failed(e);
                }
            }, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException over) {
            calm = true;
        }
    }

    /** The test itself is wrong. */
    void failed(Throwable e) {
        failure.compareAndSet(null, e);
    }

    public Throwable failure() {
        return failure.get();
    }

    @Override
    public void close() {
        calm = true;
        pages.forEach(ResumingPage::close);
        pool.shutdownNow();
    }
}
