package dev.bellhop.lane;

import dev.bellhop.metric.Metrics;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded queue of tasks and the threads that run them, for one kind of work. With one thread, tasks run in their order.
 *
 * <p>Thread-safe; no call waits but {@link #stop}. A task that throws harms no other.
 */
public final class Lane implements Executor {
    private static final System.Logger LOG = System.getLogger(Lane.class.getName());
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final int threads;
    private final int capacity;
    private final Metrics.Count refused;
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - QUIET_NANOS);

    private volatile ThreadPoolExecutor executor;

    /** @param capacity how many tasks may wait */
    Lane(String name, int threads, int capacity, Metrics metrics) {
        this.name = name;
        this.threads = threads;
        this.capacity = capacity;
        refused = metrics.counter("tasks_refused", "Tasks that a lane (the threads for one kind of work) did not take, because too many waited", "lane", name);
        metrics.gauge("tasks_waiting_" + name.replace('-', '_'), "Tasks that wait for the threads of the lane " + name, this::waiting);
    }

    void start(ThreadFactory factory) {
        ThreadPoolExecutor made = new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(capacity), Lanes.named(factory, name));
        // why now: a thread keeps something of whoever starts it; that must not be a thread of Lettuce's
        made.prestartAllCoreThreads();
        executor = made;
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
                long now = System.nanoTime();
                long logged = loggedNanos.get();
                if (now - logged >= QUIET_NANOS && loggedNanos.compareAndSet(logged, now)) {
                    LOG.log(System.Logger.Level.WARNING, "{0} tasks wait for the threads bellhop-{1}: no more are taken now. They are tried again. "
                            + "If it lasts, take a thread dump: it shows what these threads wait for.", capacity, name);
                }
            }
            throw full;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "A task of the threads bellhop-" + name + " failed; the next one is unharmed. Please report this.", e);
        }
    }

    /** How many tasks wait. */
    int waiting() {
        ThreadPoolExecutor running = executor;
        return running == null ? 0 : running.getQueue().size();
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
