package dev.bellhop.schedule;

import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.redis.Partition;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Script;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The zsets of all partitions, read as one: by due time, those of one time by the partition's number, and within one partition by their bytes.
 *
 * @param partitions by their numbers
 */
record Scheduled(Redis redis, List<Partition> partitions) {
    private static final Script LIST = new Script(Scheduled.class, "list.lua");
    /** So many of one partition's, if others share the page: fewer would need too many readings where one has all that is due next. */
    private static final int LEAST = 20;
    /** About how many bytes are read at once, of all partitions together; but some of each. */
    private static final int MOST_BYTES = 4 << 20;
    private static final int LEAST_BYTES = 64 << 10;

    /**
     * A member of one of the zsets.
     *
     * @param message null if it is none
     * @param behind  where to go on after it
     */
    record Member(Partition partition, String text, String score, String digest, Message message, Cursor behind) {
        private static final Comparator<Member> IN_ORDER = Comparator.comparingDouble(Member::seconds).thenComparingInt(member -> member.partition().number());

        boolean isFor(String user) {
            return message != null && message.to().equals(Address.user(user));
        }

        private double seconds() {
            return score.endsWith("inf") ? (score.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY) : Double.parseDouble(score);
        }
    }

    /**
     * @param more  whether there are others behind them
     * @param large whether it is short because they have many bytes
     */
    record Page(List<Member> members, boolean more, boolean large) {}

    /**
     * Reads the next ones, oldest first.
     *
     * @param cursor behind which; null from the beginning
     * @param most   at least 1; fewer may come even if there are more
     */
    CompletableFuture<Page> after(Cursor cursor, int most) {
        int each = partitions.size() == 1 ? most : Math.min(most, Math.max(LEAST, 2 * most / partitions.size()));
        List<CompletableFuture<Page>> reading = partitions.stream().map(partition -> after(partition, cursor, each)).toList();
        return Redis.all(reading).thenApply(read -> merged(read, most));
    }

    /** What lies behind the last one of a partition that has more is left for later: that one may have some before it. */
    private static Page merged(List<Page> read, int most) {
        List<Member> all = new ArrayList<>();
        Member end = null;
        for (Page some : read) {
            all.addAll(some.members());
            Member last = some.more() ? some.members().get(some.members().size() - 1) : null;
            if (last != null && (end == null || Member.IN_ORDER.compare(last, end) < 0)) {
                end = last;
            }
        }
        all.sort(Member.IN_ORDER); // stable: those of one partition and one time stay as they are
        int size = end == null ? all.size() : all.indexOf(end) + 1;
        List<Member> page = all.subList(0, Math.min(size, most));
        return new Page(List.copyOf(page), end != null || page.size() < all.size(), read.stream().anyMatch(Page::large));
    }

    private CompletableFuture<Page> after(Partition partition, Cursor cursor, int most) {
        String[] args = {Integer.toString(most), "", "", "", "", Integer.toString(Math.max(LEAST_BYTES, MOST_BYTES / partitions.size()))};
        if (cursor != null) {
            boolean same = cursor.partition() == partition.number();
            args[1] = cursor.score();
            args[2] = same ? Long.toString(cursor.place()) : partition.number() < cursor.partition() ? "behind" : "before";
            args[3] = same ? cursor.digest() : "";
            args[4] = same ? cursor.start() : "";
        }
        return LIST.run(redis, new String[] {partition.scheduled()}, args).thenApply(reply -> {
            List<Member> all = new ArrayList<>(reply.left() / 3);
            long place = reply.number(); // among those of the same score
            boolean large = reply.flag();
            String before = null;
            while (reply.hasNext()) {
                String text = reply.text();
                String score = reply.text();
                String digest = reply.text();
                place = before == null ? place : score.equals(before) ? place + 1 : 0;
                before = score;
                all.add(new Member(partition, text, score, digest, parse(text), Cursor.behind(score, place, partition.number(), digest, text)));
            }
            return new Page(all, large || all.size() == most, large);
        });
    }

    static Message parse(String text) {
        try {
            return Message.of(Json.readObject(text));
        } catch (BadMessageException none) {
            return null;
        }
    }
}
