package dev.bellhop.live;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What one page has sent for the application and is not done yet: one after another, in order, bounded; and nothing before the
 * page's login has been answered, for until then nobody has asked Redis whether that login has ended.
 *
 * <p>Thread-safe, never blocks. What was taken in is done even if the page leaves meanwhile.
 */
final class Pending {
    /** How many frames may wait. */
    static final int MOST = 100;

    private final int maxBytes;

    // guarded by this
    private ArrayDeque<Task> tasks;
    private int bytes;
    private boolean open;
    private boolean running;
    private Runnable read;

    private record Task(int bytes, Supplier<CompletableFuture<?>> run) {}

    /** @param maxBytes of all that waits */
    Pending(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a task in; it is done before the next one begins.
     *
     * @return false if too much waits
     */
    boolean add(int size, Supplier<CompletableFuture<?>> task) {
        synchronized (this) {
            tasks = tasks == null ? new ArrayDeque<>(2) : tasks; // why so late: most pages send nothing
            if (tasks.size() >= MOST || bytes + size > maxBytes) {
                return false;
            }
            tasks.add(new Task(size, task));
            bytes += size;
        }
        next();
        return true;
    }

    /** What a page has read, as soon as its login has been answered. Of several only the newest waits. */
    void read(Runnable task) {
        synchronized (this) {
            if (!open) {
                read = task;
                return;
            }
        }
        task.run();
    }

    /** The page asks for its login anew: what it sends from now on waits for the answer. */
    synchronized void hold() {
        open = false;
    }

    /** The login has been answered. */
    void open() {
        Runnable waiting;
        synchronized (this) {
            open = true;
            waiting = read;
            read = null;
        }
        if (waiting != null) {
            waiting.run();
        }
        next();
    }

    synchronized boolean isOpen() {
        return open;
    }

    /** Whether nothing is under way or waits. */
    synchronized boolean isEmpty() {
        return tasks == null || tasks.isEmpty();
    }

    private void next() {
        while (true) {
            Task task;
            synchronized (this) {
                if (running || !open || tasks == null || tasks.isEmpty()) {
                    return;
                }
                running = true;
                task = tasks.peek();
            }
            CompletableFuture<?> done = task.run().get();
            if (!done.isDone()) {
                done.whenComplete((ok, failure) -> {
                    done(task);
                    next();
                });
                return;
            }
            done(task); // why a loop: many that are done at once would run out of stack
        }
    }

    private synchronized void done(Task task) {
        tasks.poll();
        bytes -= task.bytes();
        running = false;
    }
}
