package dev.bellhop.inbox;

import dev.bellhop.message.Json;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;

/**
 * Announcements that Redis refused: counted, and logged once a minute at most. What was to be announced is kept; pages find it when
 * they look the next time.
 *
 * <p>Thread-safe, never blocks.
 */
public final class RefusedAnnouncements {
    private static final System.Logger LOG = System.getLogger(RefusedAnnouncements.class.getName());

    private final Metrics.Count refused;
    private final OncePerMinute lines = new OncePerMinute();

    public RefusedAnnouncements(Metrics metrics) {
        refused = metrics.counter("announcements_refused", "Announcements that Redis refused; the messages are kept");
    }

    /**
     * Notes one.
     *
     * @param why as Redis says it; an exclamation mark before it, as some scripts write it, is left out
     */
    public void add(String channel, String why) {
        refused.add();
        if (lines.next().isPresent()) {
            LOG.log(System.Logger.Level.ERROR,
                    "Redis refuses to announce what is kept, on {0}: {1}. Nothing is lost, but open pages get it only when they log in anew. "
                    + "Allow PUBLISH, on a cluster SPUBLISH, on Bellhop''s channels (server-config/redis). The next such line is a minute away.",
                    Json.quote(channel), why.startsWith("!") ? why.substring(1) : why);
        }
    }
}
