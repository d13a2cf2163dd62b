package dev.bellhop.live;

/**
 * How much of its time a thread may spend on work beside its own: a quarter, and a stretch at a time.
 *
 * <p>Not thread-safe.
 */
final class Share {
    private static final int PART = 4;

    private final long stretch;
    private long spent;
    private long at;

    /**
     * @param stretch nanoseconds that it may spend before it has to rest
     * @param now     {@link System#nanoTime}
     */
    Share(long stretch, long now) {
        this.stretch = stretch;
        at = now;
    }

    /** Whether it may begin now. */
    boolean isLeft(long now) {
        forgive(now);
        return spent < stretch;
    }

    /** Notes work that has ended just now. */
    void spent(long begun, long now) {
        spent += now - begun;
        at = now;
    }

    private void forgive(long now) {
        spent = Math.max(0, spent - (now - at) / PART);
        at = now;
    }
}
