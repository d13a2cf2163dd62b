package dev.bellhop.chaos;

import dev.bellhop.message.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * What the publishers have been told is kept, to be held against what the pages have shown.
 *
 * <p>Thread-safe; each door has one publisher, who numbers what it sends to a user from 0.
 */
public final class Ledger {

    /** One message: which publisher's, to whom, and the how manieth of these. */
    public record Entry(String door, String user, int n) {

        @Override
        public String toString() {
            return door + "/" + user + "#" + n;
        }
    }

    /**
     * That a message is kept.
     *
     * @param position where, if the door tells
     * @param due      milliseconds since 1970 before which it must not be shown, or 0
     * @param at       when the publisher was told
     */
    public record Acknowledged(Position position, long due, long at) {}

    /**
     * A message handed to the person before the page.
     *
     * @param port of the node that sent it
     * @param at   milliseconds since 1970
     */
    public record Shown(Entry entry, Position position, int port, long at) {}

    /** All that a page of this user has shown, in order. */
    public record Screen(String page, String user, List<Shown> shown) {}

    private final ConcurrentMap<Entry, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private final Queue<String> answeredOtherwise = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, AtomicInteger> perUser = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, AtomicInteger> perDoor = new ConcurrentSkipListMap<>();

    /** Doing it again changes nothing, but the answer must be the same. */
    void acknowledged(Entry entry, Position position, long due) {
        Acknowledged before = acknowledged.putIfAbsent(entry, new Acknowledged(position, due, System.currentTimeMillis()));
        if (before != null) {
            if (!Objects.equals(before.position(), position)) {
                answeredOtherwise.add(entry + " " + before + ", when repeated at " + position);
            }
            return;
        }
        perUser.computeIfAbsent(entry.user(), user -> new AtomicInteger()).incrementAndGet();
        perDoor.computeIfAbsent(entry.door(), door -> new AtomicInteger()).incrementAndGet();
    }

    /** How many are kept for this user. */
    public int count(String user) {
        AtomicInteger count = perUser.get(user);
        return count == null ? 0 : count.get();
    }

    /** All that is kept. */
    Map<String, Set<Entry>> byUser() {
        return acknowledged.keySet().stream().collect(Collectors.groupingBy(Entry::user, Collectors.toSet()));
    }

    public Map<String, AtomicInteger> perDoor() {
        return perDoor;
    }

    /** What is wrong with what the pages have shown; all empty if the promise was kept. */
    public record Verdict(List<String> lost, List<String> repeated, List<String> outOfOrder, List<String> early, List<String> elsewhere, List<String> unknown) {

        private Verdict() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        public boolean isGood() {
            return lost.isEmpty() && repeated.isEmpty() && outOfOrder.isEmpty() && early.isEmpty() && elsewhere.isEmpty() && unknown.isEmpty();
        }
    }

    /**
     * What of {@link Verdict#repeated} and {@link Verdict#elsewhere} a failover excuses: a page showed a message before the replicas had the inbox's
     * entry; that was lost with the old master, and the message came once more, from the zset, the stream or its publisher: in another epoch.
     */
    List<String> shownAgain(Collection<Screen> screens) {
        List<String> again = new ArrayList<>();
        for (Screen screen : screens) {
            Map<Entry, Shown> first = new HashMap<>();
            for (Shown shown : screen.shown()) {
                Shown before = first.putIfAbsent(shown.entry(), shown);
                if (before != null && before.position().epoch() != shown.position().epoch()) {
                    again.add(repeat(screen, shown, before));
                    Acknowledged known = acknowledged.get(shown.entry()); // null: it was in doubt, and nobody has repeated it
                    again.add(known == null ? "" : elsewhere(screen, before, known));
                }
            }
        }
        return again;
    }

    private static String repeat(Screen screen, Shown shown, Shown before) {
        return screen.page() + " " + shown + ", before: " + before;
    }

    private static String elsewhere(Screen screen, Shown shown, Acknowledged known) {
        return screen.page() + " " + shown + ", the publisher was told " + known.position();
    }

    /** @param screens of pages whose publishers have all ended */
    public Verdict judge(Collection<Screen> screens) {
        Verdict verdict = new Verdict();
        verdict.elsewhere().addAll(answeredOtherwise);
        Map<String, List<Entry>> byUser = new TreeMap<>();
        acknowledged.keySet().forEach(entry -> byUser.computeIfAbsent(entry.user(), user -> new ArrayList<>()).add(entry));
        for (Screen screen : screens) {
            Map<Entry, Shown> first = new HashMap<>();
            Map<String, Integer> newest = new TreeMap<>();
            for (Shown shown : screen.shown()) {
                String what = screen.page() + " " + shown;
                if (first.putIfAbsent(shown.entry(), shown) != null) {
                    verdict.repeated.add(repeat(screen, shown, first.get(shown.entry())));
                    continue;
                }
                Integer before = newest.put(shown.entry().door(), shown.entry().n());
                if (before != null && before > shown.entry().n()) {
                    verdict.outOfOrder.add(what + ", after #" + before);
                }
                Acknowledged known = acknowledged.get(shown.entry());
                if (known == null) {
                    verdict.unknown.add(what);
                } else if (shown.at() < known.due()) {
                    verdict.early.add(what + ", due " + known.due());
                } else if (known.position() != null && !known.position().equals(shown.position())) {
                    verdict.elsewhere.add(elsewhere(screen, shown, known));
                }
            }
            for (Entry entry : byUser.getOrDefault(screen.user(), List.of())) {
                if (!first.containsKey(entry)) {
                    verdict.lost.add(screen.page() + " " + entry + " " + acknowledged.get(entry));
                }
            }
        }
        return verdict;
    }
}
