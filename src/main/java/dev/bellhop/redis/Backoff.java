package dev.bellhop.redis;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before each further try: at random up to a bound that doubles to two seconds. Not thread-safe. */
public final class Backoff {
    private static final long MOST = 2_000;

    private int tries;

    /** Milliseconds until the next try. */
    public long next() {
        long bound = Math.min(MOST, 100L << Math.min(tries, 10));
        tries++;
        return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
    }

    /** The level for the log: a warning for the first try and then each thirtieth (about once a minute). */
    System.Logger.Level level() {
        return tries % 30 == 1 ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
    }
}
