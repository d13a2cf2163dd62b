package dev.bellhop.ingest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which entries of an ingest stream a node has taken, and which of them are done and are to leave the stream.
 *
 * <p>Not thread-safe: {@link Backlog} guards it.
 */
final class Taken {
    /** Nothing lies before it. */
    private static final String NOTHING = "0-1";

    /** In the stream's order. */
    private final Set<String> outstanding = new LinkedHashSet<>();
    private final Set<String> done = new LinkedHashSet<>();

    /**
     * What is to leave the stream.
     *
     * @param upTo    all are done up to there, as far as Redis knows that they have been taken
     * @param before  the id before which everything is done
     * @param entries those before it first
     * @param trimmed how many of them lie before it
     */
    record Done(String upTo, String before, List<String> entries, int trimmed) {}

    /** The next entry of the stream. */
    void add(String entry) {
        outstanding.add(entry);
    }

    /** It is in its inbox. */
    void done(String entry) {
        outstanding.remove(entry);
        done.add(entry);
    }

    /** It has left the stream by another way. */
    void gone(String entry) {
        outstanding.remove(entry);
    }

    /** What is done stays so, whoever reads: a node that is so slow that each time its lease has ended must come on too. */
    void clear() {
        outstanding.clear();
    }

    /**
     * Entries that are done; they are forgotten here.
     *
     * @param held     up to which entry Redis knows that they have been taken
     * @param most     at most so many
     * @param oneByOne whether also those are wanted that others wait before: each costs Redis a search
     */
    Done takeDone(String held, int most, boolean oneByOne) {
        String before = held.isEmpty() ? NOTHING : following(held);
        if (!outstanding.isEmpty() && isAfter(before, outstanding.iterator().next())) {
            before = outstanding.iterator().next();
        }
        List<String> first = new ArrayList<>();
        List<String> later = new ArrayList<>();
        for (String entry : done) {
            List<String> to = isAfter(before, entry) ? first : later;
            if (to.size() < most) {
                to.add(entry);
            }
        }
        int trimmed = first.size();
        if (oneByOne || trimmed == 0 && before.equals(NOTHING)) {
            first.addAll(later.subList(0, Math.min(most - trimmed, later.size())));
        }
        first.forEach(done::remove);
        return new Done(held, before, first, trimmed);
    }

    /** Ids have two numbers of up to 64 bits without a sign. */
    private static boolean isAfter(String id, String other) {
        int hyphen = id.indexOf('-');
        int otherHyphen = other.indexOf('-');
        int order = compare(id.substring(0, hyphen), other.substring(0, otherHyphen));
        return order > 0 || order == 0 && compare(id.substring(hyphen + 1), other.substring(otherHyphen + 1)) > 0;
    }

    private static int compare(String number, String other) {
        return number.length() == other.length() ? number.compareTo(other) : Integer.compare(number.length(), other.length());
    }

    private static String following(String id) {
        int hyphen = id.indexOf('-');
        long number = Long.parseUnsignedLong(id.substring(hyphen + 1)) + 1;
        return number == 0 ? Long.toUnsignedString(Long.parseUnsignedLong(id.substring(0, hyphen)) + 1) + "-0"
                : id.substring(0, hyphen + 1) + Long.toUnsignedString(number);
    }
}
