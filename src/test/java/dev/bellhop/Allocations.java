package dev.bellhop;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much memory code asks for: counted by the JVM, so it is the same on a busy machine as on an idle one. */
public final class Allocations {

    private static final int WARM_UP = 2_000;
    private static final int TIMES = 200;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocations() {}

    /** Bytes for each run of the code, on this thread, once it is warm. */
    public static long of(Runnable code) {
        for (int i = 0; i < WARM_UP; i++) {
            code.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMES; i++) {
            code.run();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / TIMES;
    }
}
