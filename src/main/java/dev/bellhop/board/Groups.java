package dev.bellhop.board;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.RefusedAnnouncements;
import dev.bellhop.message.Address;
import dev.bellhop.metric.Metrics;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Who is a member of which group. It is written twice: with the group, to list its members, and with each user, to know which boards
 * are theirs. In a cluster these are two slots; a call that fails between them is made again and then is whole.
 *
 * <p>Thread-safe, never blocks; outcomes are those of {@link Redis#call}.
 */
@SingleInstance
public class Groups {
    private static final Script JOIN = new Script(Groups.class, "join.lua");
    private static final Script MEMBER = new Script(Groups.class, "/dev/bellhop/inbox/announce.lua", "member.lua");

    /** The most groups of one user: each is looked at when they log in. */
    public static final int MOST_OF_A_USER = 1_000;

    private final Redis redis;
    private final Keys keys;
    private final Settings settings;
    private final BoardList list;
    private final RefusedAnnouncements refused;

    @Inject
    public Groups(Redis redis, Keys keys, Settings settings, BoardList list, Metrics metrics) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        this.list = list;
        refused = new RefusedAnnouncements(metrics);
    }

    /**
     * Makes a user a member. What is published to the group from now on is for them.
     *
     * @return false if they are in {@link #MOST_OF_A_USER} groups already
     */
    public CompletableFuture<Boolean> add(String group, String user) {
        return change(group, user, "1").thenCompose(added -> added == 2
                ? remove(group, user).thenApply(removed -> false)
                : CompletableFuture.completedFuture(true));
    }

    /** Ends it. What was published before stays the user's. */
    public CompletableFuture<Void> remove(String group, String user) {
        return change(group, user, "0").thenAccept(removed -> { });
    }

    private CompletableFuture<Long> change(String group, String user, String member) {
        String board = Address.group(group).board();
        return JOIN.run(redis, new String[] {keys.board(board), keys.members(group)}, user, member)
                .thenCompose(reply -> MEMBER.run(redis, new String[] {keys.memberships(user)}, group, member, reply.text(),
                        redis.announcing(keys.channel(user)), Long.toString(settings.inboxRetention().toMillis()), Integer.toString(MOST_OF_A_USER)))
                .thenApply(reply -> changed(board, user, reply));
    }

    private long changed(String board, String user, Reply reply) {
        list.note(board);
        long changed = reply.number();
        if (reply.hasNext()) {
            refused.add(keys.channel(user), reply.text());
        }
        return changed;
    }

    /**
     * The members, by name.
     *
     * @param after the last one of the page before, or null
     */
    public CompletableFuture<List<String>> members(String group, String after, int most) {
        Range.Boundary<String> from = after == null ? Range.Boundary.unbounded() : Range.Boundary.excluding(after);
        return redis.call(commands -> commands.zrangebylex(keys.members(group), Range.from(from, Range.Boundary.unbounded()), Limit.from(most)));
    }

    /** The groups of which the user is a member now, by name. */
    public CompletableFuture<List<String>> of(String user) {
        return redis.call(commands -> commands.hgetall(keys.memberships(user))).thenApply(all -> all.entrySet().stream()
                .filter(one -> Spans.parse(one.getValue()).isMember()).map(Map.Entry::getKey).sorted().toList());
    }
}
