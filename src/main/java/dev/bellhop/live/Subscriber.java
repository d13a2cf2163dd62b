package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.Rejections;
import dev.bellhop.presence.RollCall;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings what Redis publishes to the connections.
 *
 * <p>Lettuce's thread only queues; a task on the managed executor drains the queue in batches, one task at a time so that
 * order is kept, and none while there is nothing to do: on servers with a small pool a waiting task would hold up requests.
 */
@ApplicationScoped
class Subscriber implements PubSub.Listener {
    private static final System.Logger LOG = System.getLogger(Subscriber.class.getName());
    private static final int MAX_WAITING = 100_000;
    private static final long MAX_WAITING_CHARS = 64L << 20;
    private static final int BATCH = 512;
    /** After so many batches the thread goes back to the pool, and the rest is a new task. */
    private static final int BATCHES = 64;

    private final Settings settings;
    private final Keys keys;
    private final Live live;
    private final Registry registry;
    private final Rejections rejections;
    private final RollCall rollCall;
    private final String node;
    private final Metrics.Count heard;
    private final Metrics.Count dropped;

    private final BlockingQueue<Heard> queue = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong waitingChars = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean missed = new AtomicBoolean();

    private record Heard(String channel, String text) {}

    Subscriber() { // for the container's proxy
        this(null, null, null, null, null, null, new Node(), new Metrics());
    }

    @Inject
    Subscriber(Settings settings, Keys keys, Live live, Registry registry, Rejections rejections, RollCall rollCall, Node node, Metrics metrics) {
        this.settings = settings;
        this.keys = keys;
        this.live = live;
        this.registry = registry;
        this.rejections = rejections;
        this.rollCall = rollCall;
        this.node = node.name();
        heard = metrics.counter("heard", "Messages and announcements heard from Redis");
        dropped = metrics.counter("heard_dropped", "Of these, dropped since too many were waiting; what is kept is replayed");
        metrics.gauge("heard_waiting", "Of these, waiting to be handed to connections", queue::size);
    }

    @Override
    public void message(String channel, String text) {
        heard.add();
        if (waitingChars.get() + text.length() > MAX_WAITING_CHARS || !queue.offer(new Heard(channel, text))) {
            dropped.add();
            UserFeed feed = feedOf(channel);
            if (feed != null) {
                feed.missed();
                missed.set(true);
            }
        } else {
            waitingChars.addAndGet(text.length());
        }
        wake();
    }

    @Override
    public void subscribed(String channel) {
        String user = keys.userOf(channel);
        if (user != null && !channel.equals(keys.shared())) {
            registry.subscribed(user);
        }
    }

    private UserFeed feedOf(String channel) {
        String user = channel.equals(keys.shared()) ? null : keys.userOf(channel);
        return user == null ? null : registry.feed(user);
    }

    private void wake() {
        if (!draining.get() && draining.compareAndSet(false, true)) {
            live.execute(this::drain);
        }
    }

    private void drain() {
        List<Heard> batch = new ArrayList<>(BATCH);
        for (int batches = 0; batches < BATCHES && queue.drainTo(batch, BATCH) > 0; batches++) {
            for (Heard one : batch) {
                waitingChars.addAndGet(-one.text().length());
                try {
                    deliver(one);
                } catch (RuntimeException e) { // why: whatever is wrong with one must not stop the next
                    LOG.log(System.Logger.Level.ERROR, "Delivering a message failed; the next one is unharmed. Please report this.", e);
                }
            }
            batch.clear();
        }
        if (missed.getAndSet(false)) {
            registry.feeds().forEach(UserFeed::resumeMissed);
        }
        draining.set(false);
        if (!queue.isEmpty() || missed.get()) { // came after the last look
            wake();
        }
    }

    private void deliver(Heard one) {
        if (one.channel().equals(keys.shared())) {
            passing(one.text());
            return;
        }
        UserFeed feed = feedOf(one.channel());
        if (feed != null) {
            try {
                Announcement announcement = Announcement.parse(one.text());
                if (announcement instanceof Announcement.Asked asked) {
                    rollCall.answer(feed.user(), asked.question(), new RollCall.Answer(node, Standing.json(node, feed.standings())));
                } else {
                    feed.announced(announcement);
                }
            } catch (IllegalArgumentException e) {
                rejections.rejected("user channel", new BadMessageException(BadMessageException.BAD_MESSAGE, e.getMessage()), one.text());
            }
        }
    }

    private void passing(String text) {
        try {
            Message message = Message.parse(text, settings.maxMessageSize());
            if (message.toUserId().equals(Message.EVERYONE)) {
                Frame frame = Frame.passing(message.frameTail());
                registry.feeds().forEach(feed -> feed.passing(frame));
            } else {
                UserFeed feed = registry.feed(message.toUserId());
                if (feed != null) {
                    feed.passing(Frame.passing(message.frameTail()));
                }
            }
        } catch (BadMessageException e) {
            rejections.rejected("channel", e, text);
        }
    }
}
