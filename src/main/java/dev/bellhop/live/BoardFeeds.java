package dev.bellhop.live;

import dev.bellhop.board.Boards;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.lane.Lanes;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.OncePerMinute;
import dev.bellhop.redis.Backoff;
import dev.bellhop.redis.Failures;
import dev.bellhop.redis.Keys;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.RedisAwayException;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The boards that this node's users read, each with a subscription; and the users who have something to take in, each in their turn
 * ({@link Turns}): a message for everybody concerns every user here, and must not hold up the messages of one.
 *
 * <p>Thread-safe, never blocks.
 */
@SingleInstance
class BoardFeeds {
    private static final System.Logger LOG = System.getLogger(BoardFeeds.class.getName());

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** For how long a login waits for boards. */
    private static final long PATIENCE_MILLIS = 2_000;
    private static final int REST_MILLIS = 5_000;
    private static final long CONFIRMATION_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** About how many characters of messages are held here of all boards together, and the least and most of one. */
    private static final int ALL_CHARS = 64 << 20;
    private static final int LEAST_CHARS = 8 << 10;
    private static final int MOST_CHARS = 1 << 20;

    private final Boards boards;
    private final Inbox inbox;
    private final PubSub pubSub;
    private final Keys keys;
    private final Lanes lanes;
    private final Metrics.Count failures;
    private final OncePerMinute warnings = new OncePerMinute();
    private final ConcurrentMap<String, BoardFeed> feeds = new ConcurrentHashMap<>();

    private final Turns turns;

    @Inject
    BoardFeeds(Boards boards, Inbox inbox, PubSub pubSub, Keys keys, Lanes lanes, Metrics metrics) {
        this.boards = boards;
        this.inbox = inbox;
        this.pubSub = pubSub;
        this.keys = keys;
        this.lanes = lanes;
        turns = new Turns(lanes, this::again);
        failures = metrics.counter("board_failures", "Times that messages for many could not be taken in for a user or a board; each is tried again");
        metrics.gauge("boards", "Boards (of everybody, a role or a group) that users of this node read", feeds::size);
        metrics.gauge("board_waiting", "Users of this node who wait to take in messages for many", turns::waiting);
    }

    Boards boards() {
        return boards;
    }

    Inbox inbox() {
        return inbox;
    }

    // --- who reads what

    void join(String board, UserBoards reader) {
        feeds.compute(board, (name, known) -> {
            BoardFeed feed = known == null ? new BoardFeed(name, this::share) : known;
            feed.add(reader);
            if (known == null) {
                pubSub.subscribe(keys.boardChannel(name));
            }
            return feed;
        });
    }

    /** How many characters of each board: a node may read very many. */
    private int share() {
        return share(feeds.size());
    }

    static int share(int boards) {
        return Math.max(LEAST_CHARS, Math.min(MOST_CHARS, ALL_CHARS / Math.max(1, boards)));
    }

    void leave(String board, UserBoards reader) {
        BoardFeed feed = feeds.get(board);
        if (feed != null) {
            feed.remove(reader);
        }
    }

    /** Gives up the subscriptions of boards that nobody here has read for a while. */
    void dropEmpty(long now) {
        for (String board : feeds.keySet()) {
            feeds.computeIfPresent(board, (name, feed) -> {
                if (!feed.isEmptySince(now - LINGER_NANOS)) {
                    return feed;
                }
                pubSub.unsubscribe(keys.boardChannel(name));
                return null;
            });
        }
    }

    // --- what is new

    /**
     * The next messages after a place on a board, oldest first.
     *
     * @param certain whether they must be on the board now: false if what is held here was heard a moment ago
     */
    CompletableFuture<Boards.Stretch> after(String board, Position place, boolean certain) {
        BoardFeed feed = feeds.get(board);
        List<BoardMessage> held = feed == null ? null : feed.after(place);
        return held != null && (held.isEmpty() || !certain) ? CompletableFuture.completedFuture(new Boards.Stretch(held, false))
                : boards.after(board, place, BoardFeed.TAIL);
    }

    /** A message has been put on a board. */
    void heard(String board, BoardMessage.Announced announced) {
        BoardFeed feed = feeds.get(board);
        if (feed == null) {
            return;
        }
        if (feed.heard(announced)) {
            feed.readers().forEach(this::ask);
        } else {
            read(feed, new Backoff(), this::lost);
        }
    }

    /** The board's channel has been subscribed, or what came on it could not be taken in: what is on the board is read. */
    void missed(String board) {
        BoardFeed feed = feeds.computeIfPresent(board, (name, known) -> known); // why: waits for join, which asked
        if (feed != null) {
            read(feed, new Backoff(), this::lost);
        }
    }

    /** @param lost is told if Redis has lost what this node holds of the board */
    private void read(BoardFeed feed, Backoff backoff, Consumer<BoardFeed> lost) {
        int reading = feed.begin();
        boards.newest(feed.board(), BoardFeed.TAIL, share()).whenComplete((newest, failure) -> {
            if (failure == null) {
                if (feed.read(reading, newest.messages(), newest.more())) {
                    lost.accept(feed);
                }
                feed.readers().forEach(this::ask);
            } else if (feeds.get(feed.board()) == feed) {
                failed(failure);
                lanes.later(lanes.pages(), () -> read(feed, backoff, lost), backoff.next());
            }
        });
    }

    /** Redis has lost this board, so perhaps all: what is held here of the others, and of how far readers have taken them in, may count for nothing. */
    private void lost(BoardFeed feed) {
        List<BoardFeed> others = feeds.values().stream().filter(other -> other != feed && other.forget()).toList();
        takeAnew(feed); // why after that: each is to take the others in anew, and not from what was held here
        others.forEach(other -> read(other, new Backoff(), BoardFeeds::takeAnew));
    }

    private static void takeAnew(BoardFeed feed) {
        feed.readers().forEach(UserBoards::mayHaveMissed);
    }

    private void failed(Throwable failure) {
        failures.add();
        if (warnings.next().isPresent()) {
            LOG.log(System.Logger.Level.WARNING, "Messages for many could not be taken in: {0}. Nothing is lost; it is tried again. "
                    + "If it lasts, look at the shard of the board. The next such line is a minute away.", failure.toString());
        }
    }

    // --- taking in

    /** Has a user take in what is new, when their turn comes. */
    void ask(UserBoards reader) {
        turns.ask(reader);
    }

    private void again(UserBoards reader, Throwable failure) {
        reader.mayHaveMissed();
        Throwable cause = Failures.cause(failure);
        if (!(cause instanceof RedisAwayException)) { // why not then: when Redis is back, each user's channel is subscribed anew
            failed(cause);
            lanes.later(lanes.pages(), () -> ask(reader), REST_MILLIS + ThreadLocalRandom.current().nextInt(REST_MILLIS));
        }
    }

    /** Asks again for subscriptions that should have been confirmed long ago. */
    void subscribeAgain(long now) {
        for (BoardFeed feed : feeds.values()) {
            if (feed.isUnreadSince(now - CONFIRMATION_NANOS)) {
                pubSub.subscribeAgain(keys.boardChannel(feed.board()));
            }
        }
    }

    /**
     * Takes in what is new before a page's login is answered; what cannot be had within a while comes when it can.
     *
     * @return whether there was anything
     */
    CompletableFuture<Boolean> catchUp(UserBoards reader) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        reader.takeIn(true).whenComplete((any, failure) -> {
            if (failure != null) {
                again(reader, failure);
            }
            result.complete(failure == null && any);
        });
        if (!result.isDone()) {
            lanes.later(lanes.pages(), () -> result.complete(false), PATIENCE_MILLIS);
        }
        return result;
    }
}
