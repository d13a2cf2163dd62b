package dev.bellhop.bench;

import java.io.IOException;

/** One kind of load and what is measured under it. */
interface Scenario {

    String name();

    /** About how long it takes for one contender. */
    double seconds();

    /** Whether this contender can do what is measured. */
    boolean isFor(Contender contender);

    void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException;
}
