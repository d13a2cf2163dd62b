package dev.bellhop.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What many connections need, worked out from what this run has measured; capacity.md explains the model. */
final class Capacity {

    /** What the model needs to know. */
    enum Constant {
        /** Live heap of a connection, KB. */
        HEAP,
        /** CPU of the server for an idle connection, µs a second. */
        IDLE,
        /** CPU of the server for a handshake with its login, µs. */
        LOGIN,
        /** CPU of the server for a delivery, without the compiler, µs. */
        DELIVERY,
        /** CPU of Redis for a kept message, µs. */
        REDIS_KEPT,
        /** CPU of Redis for a login that has nothing to catch up with, µs. */
        REDIS_LOGIN
    }

    private static final long[] CONNECTIONS = {10_000, 100_000, 1_000_000, 10_000_000};
    /** Kept messages that a connection gets in an hour. */
    private static final double MESSAGES = 60;
    /** Logins of a connection in an hour: pages that are opened, and twelve login checks. */
    private static final double LOGINS = 30;
    /** How busy a core may be, so that a peak or a node that has gone away fits in. */
    private static final double BUSY = 0.5;

    private final Map<Constant, Double> known = new EnumMap<>(Constant.class);

    void is(Constant constant, double value) {
        known.put(constant, value);
    }

    /** Writes the table, if all is known. */
    void write(Report report) throws IOException {
        if (known.size() < Constant.values().length) {
            return;
        }
        String constants = String.format(Locale.ROOT, "Capacity: %.0f kept messages and %.0f logins an hour for each connection, cores half busy. Heap %.1f KB and %.1f µs/s for a connection, %.0f µs for a login, "
                + "%.1f µs for a delivery; of Redis %.1f µs for a kept message, %.1f µs for a login", MESSAGES, LOGINS, at(Constant.HEAP), at(Constant.IDLE), at(Constant.LOGIN), at(Constant.DELIVERY),
                at(Constant.REDIS_KEPT), at(Constant.REDIS_LOGIN));
        for (long connections : CONNECTIONS) {
            double messages = connections * MESSAGES / 3_600;
            double logins = connections * LOGINS / 3_600;
            double cores = (connections * at(Constant.IDLE) + logins * at(Constant.LOGIN) + messages * at(Constant.DELIVERY)) / 1e6 / BUSY;
            double redis = (messages * at(Constant.REDIS_KEPT) + logins * at(Constant.REDIS_LOGIN)) / 1e6 / BUSY;
            report.row(constants, "| connections | kept messages/s | logins/s | cores of nodes | heap GB | cores of Redis |\n|---|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %,d | %,.0f | %,.0f | %.1f | %.1f | %.2f |%n", connections, messages, logins, cores, connections * at(Constant.HEAP) / 1048576, redis));
        }
    }

    private double at(Constant constant) {
        return known.get(constant);
    }
}
