package dev.bellhop.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.chaos.Ledger.Entry;
import dev.bellhop.chaos.Ledger.Screen;
import dev.bellhop.chaos.Ledger.Shown;
import dev.bellhop.chaos.Ledger.Verdict;
import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the chaos test would notice: each kind of fault is counted, as often as it was there, and as nothing else. */
class LedgerTest {

    private static final long NOW = 1_700_000_000_000L;

    private final Ledger ledger = new Ledger();

    private static Position at(int offset) {
        return new Position(100, offset);
    }

    private static Entry entry(String door, int n) {
        return new Entry(door, "alice", n);
    }

    /** Door {@code http} tells where each message is kept. */
    private void keep(int count) {
        for (int n = 0; n < count; n++) {
            ledger.acknowledged(entry("http", n), at(n + 1), 0);
        }
    }

    private static Shown shown(int n) {
        return new Shown(entry("http", n), at(n + 1), 8080, NOW);
    }

    private static Screen screen(String page, int... ns) {
        List<Shown> shown = new ArrayList<>();
        for (int n : ns) {
            shown.add(shown(n));
        }
        return new Screen("alice/" + page, "alice", shown);
    }

    private static Map<String, Integer> counts(Verdict verdict) {
        return Map.of("lost", verdict.lost().size(), "repeated", verdict.repeated().size(), "out of order", verdict.outOfOrder().size(),
                "early", verdict.early().size(), "elsewhere", verdict.elsewhere().size(), "unknown", verdict.unknown().size());
    }

    /** @param expected name, count, name, count… */
    private void assertFaults(List<Screen> screens, Object... expected) {
        Verdict verdict = ledger.judge(screens);
        assertThat(verdict.isGood()).isEqualTo(expected.length == 0);
        Map<String, Integer> counts = new java.util.TreeMap<>(counts(verdict));
        counts.values().removeIf(count -> count == 0);
        Map<String, Integer> wanted = new java.util.TreeMap<>();
        for (int i = 0; i < expected.length; i += 2) {
            wanted.put((String) expected[i], (Integer) expected[i + 1]);
        }
        assertThat(counts).isEqualTo(wanted);
    }

    @Test
    void everythingOnceAndInOrderIsGood() {
        keep(4);
        assertFaults(List.of(screen("a", 0, 1, 2, 3), screen("b", 0, 1, 2, 3)));
    }

    @Test
    void aLossIsCountedForEachPageThatLacksIt() {
        keep(4);
        assertFaults(List.of(screen("a", 0, 3), screen("b", 0, 1, 3)), "lost", 3);
        assertFaults(List.of(screen("a"), screen("b", 0, 1, 2, 3)), "lost", 4);
    }

    @Test
    void aRepeatIsCountedEachTimeWhereverItComes() {
        keep(3);
        assertFaults(List.of(screen("a", 0, 0, 1, 2)), "repeated", 1);
        assertFaults(List.of(screen("a", 0, 1, 2, 0, 1, 2), screen("b", 0, 1, 2, 2)), "repeated", 4);
    }

    /** As if a message had been kept a second time: the position is another, the message the same. */
    @Test
    void aMessageThatWasKeptTwiceIsARepeat() {
        keep(2);
        Screen twice = new Screen("alice/a", "alice", List.of(shown(0), shown(1), new Shown(entry("http", 0), at(3), 8080, NOW)));
        assertFaults(List.of(twice), "repeated", 1);
    }

    @Test
    void wrongOrderIsCountedForEachDoorByItself() {
        keep(4);
        assertFaults(List.of(screen("a", 0, 2, 1, 3)), "out of order", 1);
        assertFaults(List.of(screen("a", 3, 2, 1, 0)), "out of order", 3);
        ledger.acknowledged(entry("stream", 0), null, 0);
        ledger.acknowledged(entry("stream", 1), null, 0);
        Shown first = new Shown(entry("stream", 0), at(5), 8080, NOW);
        Shown second = new Shown(entry("stream", 1), at(6), 8080, NOW);
        assertFaults(List.of(new Screen("alice/a", "alice", List.of(first, shown(0), second, shown(1), shown(2), shown(3)))));
    }

    @Test
    void tooEarlyIsCountedByTheMillisecond() {
        ledger.acknowledged(entry("zset", 0), null, NOW);
        ledger.acknowledged(entry("zset", 1), null, NOW + 1);
        ledger.acknowledged(entry("zset", 2), null, NOW + 1_000);
        assertFaults(List.of(new Screen("alice/a", "alice", List.of(new Shown(entry("zset", 0), at(1), 8080, NOW),
                new Shown(entry("zset", 1), at(2), 8080, NOW), new Shown(entry("zset", 2), at(3), 8080, NOW + 1_001)))), "early", 1);
    }

    @Test
    void anotherPositionThanThePublisherWasToldIsCounted() {
        keep(1);
        assertFaults(List.of(new Screen("alice/a", "alice", List.of(new Shown(entry("http", 0), at(9), 8080, NOW)))), "elsewhere", 1);
        ledger.acknowledged(entry("http", 0), at(1), 0);
        assertFaults(List.of(screen("a", 0)));
        ledger.acknowledged(entry("http", 0), at(2), 0);
        assertFaults(List.of(screen("a", 0)), "elsewhere", 1);
    }

    @Test
    void whatNobodyWasToldIsKeptIsCounted() {
        keep(1);
        assertFaults(List.of(screen("a", 0, 1)), "unknown", 1);
    }

    @Test
    void faultsOfAllKindsAtOnceAreToldApart() {
        keep(5);
        ledger.acknowledged(entry("zset", 0), null, NOW + 1);
        List<Shown> all = new ArrayList<>(List.of(shown(1), shown(0), shown(0), shown(3), shown(7), new Shown(entry("zset", 0), at(20), 8080, NOW),
                new Shown(entry("http", 4), at(30), 8080, NOW)));
        assertFaults(List.of(new Screen("alice/a", "alice", all)), "lost", 1, "repeated", 1, "out of order", 2, "unknown", 1, "early", 1, "elsewhere", 1);
    }

    // --- the page that the chaos test has

    /** What this page shows of a feed. */
    private Screen reading(PagePosition page, int... offsets) {
        List<Shown> shown = new ArrayList<>();
        for (int offset : offsets) {
            if (page.message(at(offset)) == PagePosition.Then.SHOW) {
                shown.add(shown(offset - 1));
            }
        }
        return new Screen("alice/a", "alice", shown);
    }

    private static PagePosition loggedIn() {
        PagePosition page = new PagePosition();
        page.asks();
        page.answered(at(0));
        return page;
    }

    @Test
    void aFeedThatSendsTwiceIsNoFaultToAPageThatDropsRepeats() {
        keep(3);
        assertFaults(List.of(reading(loggedIn(), 1, 1, 2, 1, 2, 3, 3)));
    }

    @Test
    void aFeedThatSendsTwiceIsAFaultToAPageThatTakesItForANewPlace() {
        keep(3);
        PagePosition page = loggedIn();
        List<Shown> shown = new ArrayList<>(reading(page, 1, 2, 3).shown());
        page.answered(at(1)); // a server that answers a login from the wrong place
        shown.addAll(reading(page, 2, 3).shown());
        assertFaults(List.of(new Screen("alice/a", "alice", shown)), "repeated", 2);
    }

    @Test
    void aFeedThatSkipsIsAskedOnceAndThenItIsALoss() {
        keep(4);
        PagePosition page = loggedIn();
        List<Shown> shown = new ArrayList<>(reading(page, 1).shown());
        assertThat(page.message(at(3))).isEqualTo(PagePosition.Then.ASK);
        page.asks();
        assertThat(page.message(at(4))).isEqualTo(PagePosition.Then.WAIT);
        page.answered(at(1));
        shown.addAll(reading(page, 3, 4).shown());
        assertFaults(List.of(new Screen("alice/a", "alice", shown)), "lost", 1);
    }

    /** Also of one that was in doubt and kept all the same. */
    @Test
    void whatAFailoverHasLostMayComeAgainInAnotherEpoch() {
        Entry kept = entry("http", 0);
        ledger.acknowledged(kept, new Position(200, 1), 0);
        Entry inDoubt = entry("stream", 0);
        Screen again = new Screen("alice/a", "alice", List.of(new Shown(kept, at(1), 1, NOW), new Shown(inDoubt, at(2), 1, NOW),
                new Shown(kept, new Position(200, 1), 1, NOW), new Shown(inDoubt, new Position(200, 2), 1, NOW)));
        assertThat(ledger.shownAgain(List.of(again))).containsAll(ledger.judge(List.of(again)).repeated()).containsAll(ledger.judge(List.of(again)).elsewhere());
        Screen twice = new Screen("alice/a", "alice", List.of(new Shown(inDoubt, at(2), 1, NOW), new Shown(inDoubt, at(3), 1, NOW)));
        assertThat(ledger.shownAgain(List.of(twice))).isEmpty();
    }
}
