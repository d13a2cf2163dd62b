package dev.bellhop.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntPredicate;

/** How long users waited for what was sent to them directly, and for their logins, while something was wrong with their shard or with another. Thread-safe. */
final class Waits {
    private record Fault(String name, IntPredicate slots, long from, long to) {}

    private record Sent(int slot, long at) {}

    private record Login(int slot, long at, long millis) {}

    private final Queue<Login> logins = new ConcurrentLinkedQueue<>();
    private final Map<Ledger.Entry, Sent> sent = new ConcurrentHashMap<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    /** A message is sent for the first time. */
    void sent(Ledger.Entry entry, int slot) {
        sent.putIfAbsent(entry, new Sent(slot, System.currentTimeMillis()));
    }

    /** A page's login was answered, or the page has gone. */
    void loggedIn(int slot, long asked) {
        logins.add(new Login(slot, asked, System.currentTimeMillis() - asked));
    }

    /** Runs while something is wrong with these slots; what is sent until a second later counts. */
    void during(String name, IntPredicate slots, Runnable fault) throws InterruptedException {
        long from = System.currentTimeMillis();
        fault.run();
        Thread.sleep(1_000);
        faults.add(new Fault(name, slots, from, System.currentTimeMillis()));
    }

    /** By fault: p50, p99 and the longest wait of the users concerned, and of the others. */
    String report(Collection<Ledger.Screen> screens) {
        Map<Ledger.Entry, Long> first = firstShown(screens);
        Map<String, List<Long>> waits = new LinkedHashMap<>();
        for (Fault fault : faults) {
            List<Long> concerned = waits.computeIfAbsent(fault.name() + ", users concerned", name -> new ArrayList<>());
            List<Long> others = waits.computeIfAbsent(fault.name() + ", the others", name -> new ArrayList<>());
            logins.stream().filter(login -> login.at() >= fault.from() && login.at() <= fault.to()).forEach(login -> waits
                    .computeIfAbsent(fault.name() + (fault.slots().test(login.slot()) ? ", logins of users concerned" : ", logins of the others"), name -> new ArrayList<>()).add(login.millis()));
            sent.forEach((entry, one) -> {
                Long at = first.get(entry);
                if (at != null && one.at() >= fault.from() && one.at() <= fault.to()) {
                    (fault.slots().test(one.slot()) ? concerned : others).add(Math.max(0, at - one.at()));
                }
            });
        }
        StringBuilder report = new StringBuilder();
        waits.forEach((name, all) -> {
            if (!all.isEmpty()) {
                Collections.sort(all);
                report.append(String.format("%n  %s: %d, waited p50 %d ms, p99 %d ms, at most %d ms", name, all.size(), all.get(all.size() / 2),
                        all.get(all.size() * 99 / 100), all.get(all.size() - 1)));
            }
        });
        return report.toString();
    }

    /** A user has a message when one of their pages shows it. */
    private static Map<Ledger.Entry, Long> firstShown(Collection<Ledger.Screen> screens) {
        Map<Ledger.Entry, Long> first = new HashMap<>();
        screens.forEach(screen -> screen.shown().forEach(shown -> first.merge(shown.entry(), shown.at(), Math::min)));
        return first;
    }

    /** The longest wait of users who had nothing to do with what was wrong. */
    long longestOfOthers(Collection<Ledger.Screen> screens, String fault) {
        Map<Ledger.Entry, Long> first = firstShown(screens);
        return faults.stream().filter(one -> one.name().equals(fault)).flatMap(one -> sent.entrySet().stream()
                .filter(was -> first.containsKey(was.getKey()) && was.getValue().at() >= one.from() && was.getValue().at() <= one.to() && !one.slots().test(was.getValue().slot()))
                .map(was -> first.get(was.getKey()) - was.getValue().at())).max(Long::compare).orElse(0L);
    }
}
