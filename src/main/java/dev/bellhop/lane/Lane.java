package dev.bellhop.lane;

import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bounded queue of tasks and the threads that run them, for one kind of work. With one thread, tasks run in their order. A lane
 * whose tasks may block has more threads while they do, up to a limit.
 *
 * <p>Thread-safe; no call waits but {@link #stop}. A task that throws harms no other.
 */
public final class Lane implements Executor {
    private static final System.Logger LOG = System.getLogger(Lane.class.getName());
    /** A task that runs for longer counts as blocked. */
    private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String name;
    private final int threads;
    private final int most;
    private final int capacity;
    private final Metrics.Count refused;
    private final OncePerMinute lines = new OncePerMinute();
    /** Since when each thread has been at its task; kept only where tasks may block. */
    private final Map<Thread, Long> busySince = new ConcurrentHashMap<>();

    private volatile ThreadPoolExecutor executor;

    /** @param capacity how many tasks may wait */
    Lane(String name, int threads, int capacity, Metrics metrics) {
        this(name, threads, threads, capacity, metrics);
    }

    /** @param most how many threads it may have while tasks block; see {@link #widen} */
    Lane(String name, int threads, int most, int capacity, Metrics metrics) {
        this.name = name;
        this.threads = threads;
        this.most = most;
        this.capacity = capacity;
        refused = metrics.counter("tasks_refused", "Tasks that a lane (the threads for one kind of work) did not take, because too many waited", "lane", name);
        metrics.gauge("tasks_waiting_" + name.replace('-', '_'), "Tasks that wait for the threads of the lane " + name, this::waiting);
        if (most > threads) {
            metrics.gauge("tasks_blocked_" + name.replace('-', '_'), "Threads of the lane " + name
                    + " that a task blocks; it has as many more, up to " + (most - threads), this::blocked);
        }
    }

    void start(ThreadFactory factory) {
        ThreadPoolExecutor made = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(capacity),
                Lanes.named(factory, name));
        // why now: a thread keeps something of whoever starts it; that must not be a thread of Lettuce's
        made.prestartAllCoreThreads();
        executor = made;
    }

    /**
     * Has as many threads more as tasks are blocked. To be called every fraction of a second, by a thread that may start others.
     */
    void widen() {
        ThreadPoolExecutor pool = executor;
        if (pool == null || pool.isShutdown()) {
            return;
        }
        int blocked = blocked();
        int wanted = Math.min(most, threads + blocked);
        if (wanted > pool.getCorePoolSize()) {
            pool.setMaximumPoolSize(wanted);
            pool.setCorePoolSize(wanted);
            pool.prestartAllCoreThreads(); // why now: see start
        } else if (wanted < pool.getCorePoolSize()) {
            pool.setCorePoolSize(wanted);
            pool.setMaximumPoolSize(wanted);
        }
        if (blocked >= most && pool.getQueue().size() > 0) {
            log("all {0} threads bellhop-{1} are blocked: what waits for them is late. The metric bellhop_tasks_blocked_{1} shows how many.", most);
        }
    }

    /** How many tasks are blocked. */
    private int blocked() {
        long now = System.nanoTime();
        return (int) busySince.values().stream().filter(since -> now - since > BLOCKED_NANOS).count();
    }

    /** @return false if too many tasks wait, or the lane does not run; then the task is not run */
    public boolean offer(Runnable task) {
        try {
            execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    /** @throws RejectedExecutionException where {@link #offer} answers false */
    @Override
    public void execute(Runnable task) {
        ThreadPoolExecutor running = executor;
        if (running == null) {
            throw new RejectedExecutionException("the lane " + name + " has not started");
        }
        try {
            running.execute(() -> run(task));
        } catch (RejectedExecutionException full) {
            if (!running.isShutdown()) {
                refused.add();
                log("{0} tasks wait for the threads bellhop-{1}: no more are taken now. They are tried again. "
                        + "If it lasts, take a thread dump: it shows what these threads wait for.", capacity);
            }
            throw full;
        }
    }

    private void run(Runnable task) {
        if (most > threads) {
            busySince.put(Thread.currentThread(), System.nanoTime());
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A task of the threads bellhop-" + name + " failed; the next one is unharmed. Please report this.", e);
        } finally {
            busySince.remove(Thread.currentThread());
        }
    }

    private void log(String message, int number) {
        if (lines.next().isPresent()) {
            LOG.log(System.Logger.Level.WARNING, message, number, name);
        }
    }

    /** How many tasks wait. */
    int waiting() {
        ThreadPoolExecutor running = executor;
        return running == null ? 0 : running.getQueue().size();
    }

    /** How many threads it has. */
    public int size() {
        ThreadPoolExecutor running = executor;
        return running == null ? 0 : running.getPoolSize();
    }

    /** Drops what waits and interrupts what runs. */
    void stop() {
        ThreadPoolExecutor running = executor;
        if (running != null) {
            running.shutdownNow();
        }
    }

    /** Waits until the threads have ended. */
    void awaitEnd(long nanos) throws InterruptedException {
        ThreadPoolExecutor running = executor;
        if (running != null && !running.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "A thread bellhop-{0} does not end: its task does not return. It holds this deployment''s memory.", name);
        }
    }
}
