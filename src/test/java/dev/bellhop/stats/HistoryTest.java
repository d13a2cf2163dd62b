package dev.bellhop.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.stats.History.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static Entry entry(long at, String node, double connections) {
        return new Entry(at, node, Map.of("connections", connections));
    }

    private static double[] connections(long now, Entry... entries) {
        return History.sums(List.of(entries), now).get("connections");
    }

    @Test
    void nodesAreAddedUpWhicheverMomentTheyReportAt() {
        assertThat(connections(20_000, entry(5_100, "a", 1), entry(7_000, "b", 10), entry(10_200, "a", 2), entry(12_000, "b", 20),
                entry(15_400, "a", 3), entry(17_000, "b", 30))).containsExactly(11, 22, 33);
    }

    @Test
    void whoIsSilentCountsForOneMissedReport() {
        assertThat(connections(20_000, entry(0, "a", 7), entry(4_000, "b", 1), entry(9_000, "b", 1), entry(14_000, "b", 1), entry(19_000, "b", 1)))
                .containsExactly(7, 8, 1, 1, 1);
    }

    @Test
    void timesWithoutAnyNodeAreZero() {
        assertThat(connections(30_000, entry(0, "a", 7), entry(29_000, "a", 8))).containsExactly(7, 7, 0, 0, 0, 0, 8);
        assertThat(History.sums(List.of(), 30_000)).isEmpty();
    }

    @Test
    void itReachesBackTenMinutes() {
        List<Entry> entries = new ArrayList<>();
        IntStream.range(0, 500).forEach(i -> entries.add(entry(i * 5_000L, "a", i)));
        double[] points = History.sums(entries, 499 * 5_000L).get("connections");
        assertThat(points).hasSize(History.STEPS).startsWith(380).endsWith(499);
    }
}
