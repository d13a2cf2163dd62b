package dev.bellhop.live;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.lane.Lanes;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Message;
import dev.bellhop.metric.Metrics;
import dev.bellhop.presence.RollCall;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import dev.bellhop.rejected.Rejections;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings what Redis publishes to the connections.
 *
 * <p>Lettuce's thread only queues; a task on Bellhop's own thread for it drains the queue in batches. The node's probe goes the
 * same way, so it shows that messages get through.
 *
 * <p>With the setting {@code bellhop.delivery.at-once} Lettuce's thread drains the queue itself, as long as that takes a small {@link Share} of
 * its time: a message then wakes one thread less. Whoever drains, only one thread at a time does, so the order stays.
 */
@SingleInstance
public class Subscriber implements PubSub.Listener {
    private static final System.Logger LOG = System.getLogger(Subscriber.class.getName());
    private static final int MAX_WAITING = 100_000;
    private static final long MAX_WAITING_CHARS = 64L << 20;
    private static final int BATCH = 512;
    /** After so many batches the rest is a new task. */
    private static final int BATCHES = 64;
    /** For how many nanoseconds Lettuce's thread delivers before the delivery thread takes over, if it does nothing else. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private final PubSub pubSub;
    private final Settings settings;
    private final Keys keys;
    private final Lanes lanes;
    private final Registry registry;
    private final BoardFeeds boards;
    private final Rejections rejections;
    private final RollCall rollCall;
    private final String node;
    private final Metrics.Count heard;
    private final Metrics.Count dropped;

    private final BlockingQueue<Heard> queue = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong waitingChars = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean missed = new AtomicBoolean();
    private final Broadcasts broadcasts = new Broadcasts(); // of the task that drains
    private final Share share = new Share(AT_ONCE_NANOS, System.nanoTime()); // of the task that drains

    /** @param passed for a probe, which has nothing else; else null */
    private record Heard(String channel, String text, Runnable passed) {}

    @Inject
    Subscriber(PubSub pubSub, Settings settings, Keys keys, Lanes lanes, Registry registry, BoardFeeds boards, Rejections rejections, RollCall rollCall,
            Node node, Metrics metrics) {
        this.pubSub = pubSub;
        this.settings = settings;
        this.keys = keys;
        this.lanes = lanes;
        this.registry = registry;
        this.boards = boards;
        this.rejections = rejections;
        this.rollCall = rollCall;
        this.node = node.name();
        heard = metrics.counter("heard", "Messages and announcements heard from Redis");
        dropped = metrics.counter("heard_dropped", "Messages and announcements dropped, because too many were waiting; what is kept is replayed");
        metrics.gauge("heard_waiting", "Messages and announcements that wait to be handed to connections", queue::size);
    }

    /** Begins to subscribe. */
    public void start(ThreadFactory threads) {
        pubSub.start(threads, this);
        pubSub.subscribe(keys.shared());
    }

    /** Ends the subscriptions. */
    public void stop() {
        pubSub.stop();
    }

    @Override
    public void message(String channel, String text) {
        heard.add();
        if (waitingChars.get() + text.length() > MAX_WAITING_CHARS || !queue.offer(new Heard(channel, text, null))) {
            dropped.add();
            UserFeed feed = feedOf(channel);
            if (feed != null) {
                feed.missed();
                missed.set(true);
            } else {
                missedOnBoard(channel);
            }
        } else {
            waitingChars.addAndGet(text.length());
        }
        came();
    }

    @Override
    public void subscribed(String channel) {
        String user = keys.userOf(channel);
        if (user != null && !channel.equals(keys.shared())) {
            registry.subscribed(user);
        } else {
            missedOnBoard(channel);
        }
    }

    private void missedOnBoard(String channel) {
        String board = keys.boardOf(channel);
        if (board != null) {
            boards.missed(board);
        }
    }

    @Override
    public void probe(Runnable passed) {
        if (queue.offer(new Heard(null, "", passed))) {
            came();
        }
    }

    private UserFeed feedOf(String channel) {
        String user = channel.equals(keys.shared()) ? null : keys.userOf(channel);
        return user == null ? null : registry.feed(user);
    }

    /** Something has come; to be called on Lettuce's thread. */
    private void came() {
        if (!settings.deliveryAtOnce()) {
            wake();
        } else if (mayDrain()) {
            long begun = System.nanoTime();
            if (share.isLeft(begun)) {
                drain(1, () -> share.spent(begun, System.nanoTime()));
            } else {
                handOver();
            }
        }
    }

    private void wake() {
        if (mayDrain()) {
            handOver();
        }
    }

    private boolean mayDrain() {
        return !draining.get() && draining.compareAndSet(false, true);
    }

    private void handOver() {
        if (!lanes.delivery().offer(() -> drain(BATCHES, () -> {}))) {
            draining.set(false); // what comes next tries again; the probe comes every few seconds
        }
    }

    /**
     * Delivers what waits; what is left then is a task of the delivery thread.
     *
     * @param most    so many batches
     * @param drained to be told at the end, while no other thread drains yet
     */
    private void drain(int most, Runnable drained) {
        List<Heard> batch = new ArrayList<>();
        for (int batches = 0; batches < most && (queue.drainTo(batch, BATCH) > 0 || broadcasts.areUnderWay()); batches++) {
            for (Heard one : batch) {
                waitingChars.addAndGet(-one.text().length());
                try {
                    deliver(one);
                } catch (RuntimeException e) { // why: whatever is wrong with one must not stop the next
                    LOG.log(System.Logger.Level.ERROR, "Delivering a message failed; the next one is unharmed. Please report this.", e);
                }
            }
            batch.clear();
            try {
                broadcasts.slice();
            } catch (RuntimeException e) { // why: as above
                LOG.log(System.Logger.Level.ERROR, "Handing on a message for everybody failed at one user; the next one is unharmed. Please report this.", e);
            }
        }
        if (missed.getAndSet(false)) {
            registry.feeds().forEach(UserFeed::resumeMissed);
        }
        boolean more = broadcasts.areUnderWay();
        drained.run();
        draining.set(false);
        if (more || !queue.isEmpty() || missed.get()) { // came after the last look
            wake();
        }
    }

    private void deliver(Heard one) {
        if (one.passed() != null) {
            one.passed().run();
            return;
        }
        if (one.channel().equals(keys.shared())) {
            passing(one.text());
            return;
        }
        UserFeed feed = feedOf(one.channel());
        if (feed == null) { // why in this order: almost all are for users
            String board = keys.boardOf(one.channel());
            if (board != null) {
                onBoard(board, one.text());
            }
        } else {
            broadcasts.catchUp(feed);
            try {
                Announcement announcement = Announcement.parse(one.text());
                if (announcement instanceof Announcement.Asked asked) {
                    rollCall.answer(feed.user(), asked.question(), new RollCall.Answer(node, ConnectionState.json(node, feed.states())));
                } else {
                    feed.announced(announcement);
                }
            } catch (IllegalArgumentException e) {
                rejections.rejected("user channel", new BadMessageException(BadMessageException.BAD_MESSAGE, e.getMessage()), one.text());
            }
        }
    }

    private void onBoard(String board, String text) {
        try {
            boards.heard(board, BoardMessage.Announced.parse(text));
        } catch (IllegalArgumentException e) {
            rejections.rejected("board channel", new BadMessageException(BadMessageException.BAD_MESSAGE, e.getMessage()), text);
        }
    }

    private void passing(String text) {
        try {
            Message message = Message.parse(text, settings.maxMessageSize());
            message.to().requireRoleIn(settings.roles());
            if (!message.to().isUser()) {
                if (!broadcasts.add(message.to(), Frame.passing(message.frameTail()), registry.feeds())) {
                    dropped.add();
                }
                return;
            }
            UserFeed feed = registry.feed(message.to().name());
            if (feed != null) {
                broadcasts.catchUp(feed);
                feed.passing(Frame.passing(message.frameTail()));
            }
        } catch (BadMessageException e) {
            rejections.rejected("channel", e, text);
        }
    }
}
