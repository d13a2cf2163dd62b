package dev.bellhop.stats;

import dev.bellhop.config.Node;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What the nodes have counted over the last ten minutes, those that have died since too.
 *
 * <p>Thread-safe, never blocks. One stream in Redis, by Redis's clock: an operator who opens the console because something went
 * wrong sees how it came to that.
 */
@SingleInstance
public class History {
    /** Between two points, and between two reports of a node. */
    public static final Duration STEP = Duration.ofSeconds(5);

    static final int STEPS = 120;
    private static final long LASTS_MILLIS = STEPS * STEP.toMillis();
    /** How long what a node has counted counts; why not one step: nobody reports exactly every five seconds. */
    private static final long COUNTS_MILLIS = 2 * STEP.toMillis();
    /** Of a hundred nodes. */
    private static final int MOST = 12_000;
    private static final String NODE = "node";

    private static final Script REMEMBER = new Script(History.class, "history.lua", "remember.lua");
    private static final Script RECALL = new Script(History.class, "history.lua", "recall.lua");

    private final Redis redis;
    private final Keys keys;
    private final Node node;

    @Inject
    public History(Redis redis, Keys keys, Node node) {
        this.redis = redis;
        this.keys = keys;
        this.node = node;
    }

    /** What one node had counted at one time (ms). */
    record Entry(long at, String node, Map<String, Double> numbers) {}

    /** Remembers what this node counts now. */
    public CompletableFuture<?> add(Map<String, ? extends Number> numbers) {
        List<String> arguments = new ArrayList<>(List.of(Long.toString(LASTS_MILLIS), NODE, node.name()));
        numbers.forEach((name, number) -> arguments.addAll(List.of(name, number.toString())));
        return REMEMBER.run(redis, new String[] {keys.history()}, arguments.toArray(String[]::new));
    }

    /**
     * The sums over all nodes by the numbers' names, a point for each {@link #STEP}, oldest first, the last of them now. As many
     * points for each name; fewer while there has been no node for ten minutes.
     */
    public CompletableFuture<Map<String, double[]>> sums() {
        return RECALL.run(redis, new String[] {keys.history()}, Long.toString(LASTS_MILLIS), Integer.toString(MOST))
                .thenApply(reply -> {
                    long now = reply.number();
                    List<Entry> entries = new ArrayList<>();
                    for (Reply newestFirst = reply.list(); newestFirst.hasNext(); ) {
                        entries.add(0, read(newestFirst.list()));
                    }
                    return sums(entries, now);
                });
    }

    private static Entry read(Reply entry) {
        String id = entry.text();
        String name = "";
        Map<String, Double> numbers = new HashMap<>();
        for (Reply fields = entry.list(); fields.hasNext(); ) {
            String field = fields.text();
            String value = fields.text();
            if (field.equals(NODE)) {
                name = value;
            } else {
                numbers.put(field, Double.valueOf(value));
            }
        }
        return new Entry(Long.parseLong(id.substring(0, id.indexOf('-'))), name, numbers);
    }

    /** @param entries oldest first */
    static Map<String, double[]> sums(List<Entry> entries, long now) {
        Map<String, double[]> sums = new TreeMap<>();
        if (entries.isEmpty()) {
            return sums;
        }
        long step = STEP.toMillis();
        int points = (int) Math.min(STEPS, (now - entries.get(0).at()) / step + 1);
        Map<String, Entry> newest = new HashMap<>();
        int next = 0;
        for (int point = 0; point < points; point++) {
            long at = now - (points - 1 - point) * step;
            for (; next < entries.size() && entries.get(next).at() <= at; next++) {
                newest.put(entries.get(next).node(), entries.get(next));
            }
            for (Entry entry : newest.values()) {
                if (at - entry.at() < COUNTS_MILLIS) {
                    int index = point;
                    entry.numbers().forEach((name, number) -> sums.computeIfAbsent(name, first -> new double[points])[index] += number);
                }
            }
        }
        return sums;
    }
}
