package dev.bellhop.soak;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.it.RedisServer;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The one thing that no setting makes shorter: idempotency ids, ended logins and what the API knows of a scheduled message are
 * remembered for 24 hours. Here such a day has {@link #LASTS}: what would be gone after 24 hours is then taken out of Redis,
 * as Redis itself does it.
 *
 * <p>On the way it looks at every key, and finds those that never go.
 */
final class Day {

    /** Longer than a producer repeats a message that it is not sure of, a redeployment between included. */
    static final Duration LASTS = Duration.ofMinutes(3);

    /** These may stay for ever: each is one key, and its length is bounded. The last one is a number: how many bytes the consumer stream has. */
    static final Set<String> MAY_STAY = Set.of(RedisServer.STREAM, RedisServer.SCHEDULED, RedisServer.REJECTED, RedisServer.CONSUMER_STREAM, "bellhop:nodes", "{" + RedisServer.CONSUMER_STREAM + "}:bytes");

    /** Returns where to go on, how many keys it has taken out, and the keys without expiry or with one beyond a day. */
    private static final String SCRIPT = """
            local page = redis.call('SCAN', ARGV[1], 'COUNT', 500)
            local result = { page[1], 0 }
            for _, key in ipairs(page[2]) do
              local left = redis.call('PTTL', key)
              local day = string.find(key, ':id:', 1, true) or string.find(key, ':ended:', 1, true) or string.find(key, ':scheduled:', 1, true)
              if left == -1 or left > 2 * ARGV[2] then
                result[#result + 1] = key
              elseif day and left >= 0 and left < ARGV[2] - ARGV[3] then
                redis.call('UNLINK', key)
                result[2] = result[2] + 1
              end
            end
            return result
            """;

    private final RedisServer redis;
    private final Collection<String> before;
    private final Set<String> lasting = new TreeSet<>();
    private long forgotten;

    Day(RedisServer redis) {
        this.redis = redis;
        pass();
        before = new TreeSet<>(lasting);
        lasting.clear();
    }

    /** Forgets what is a day old. */
    void pass() {
        String cursor = "0";
        do {
            List<Object> result = redis.commands().eval(SCRIPT, ScriptOutputType.MULTI, new String[0], cursor,
                    Long.toString(Inbox.IDS_REMEMBERED.toMillis()), Long.toString(LASTS.toMillis()));
            cursor = (String) result.get(0);
            forgotten += (Long) result.get(1);
            result.subList(2, result.size()).forEach(key -> lasting.add((String) key));
        } while (!cursor.equals("0"));
    }

    /** Keys that were never seen to expire, but for those that may stay and those that others have left here before. */
    Set<String> lasting() {
        Set<String> unexpected = new TreeSet<>(lasting);
        unexpected.removeAll(MAY_STAY);
        unexpected.removeAll(before);
        return unexpected;
    }

    /** How many keys have been taken out. */
    long forgotten() {
        return forgotten;
    }
}
