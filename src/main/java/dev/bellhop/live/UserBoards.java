package dev.bellhop.live;

import dev.bellhop.board.Spans;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Address;
import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The boards of one user, and up to where on each the inbox has taken messages in. Taking in is done by one call after another, and by every
 * node that holds a connection of the user; the inbox passes over what it has.
 *
 * <p>Thread-safe, never blocks.
 */
final class UserBoards {
    private final UserFeed feed;
    private final String user;
    private final BoardFeeds all;

    // guarded by this
    private final Map<String, Position> taken = new HashMap<>();
    private Map<String, Spans> groups = Map.of();
    private Set<String> roles = Set.of();
    private final Set<String> joined = new HashSet<>();
    private boolean known;
    private boolean wanted;
    private boolean left;
    /** Where in the inbox the newest message is that was taken in here; null if none was. */
    private Position kept;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    UserBoards(UserFeed feed, BoardFeeds all) {
        this.feed = feed;
        this.user = feed.user();
        this.all = all;
    }

    /** Whether the user is a member of this group, as far as this node knows. */
    synchronized boolean isMember(String group) {
        Spans spans = groups.get(group);
        return spans != null && spans.isMember();
    }

    /** The roles that the user's logins here hold. */
    synchronized void roles(Set<String> held) {
        roles = held;
    }

    /**
     * What this node knows of the user's groups, and of how far each board is taken in, may be old.
     *
     * @return whether anybody wants to know: no page logs in first
     */
    synchronized boolean mayHaveMissed() {
        known = false;
        return wanted;
    }

    /**
     * Takes in what is new on all boards of the user.
     *
     * @param login whether a page logs in: perhaps nothing has been heard of a board since Redis lost it
     * @return whether there was anything; fails if a board or the inbox could not be reached
     */
    CompletableFuture<Boolean> takeIn(boolean login) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        CompletableFuture<?> before;
        synchronized (this) {
            before = last;
            wanted = true;
            last = result;
        }
        // why one after another: each begins where the one before has ended
        before.whenComplete((ended, failure) -> know().thenCompose(ok -> each(login)).whenComplete((any, failed) -> {
            if (failed == null) {
                result.complete(any);
            } else {
                result.completeExceptionally(failed);
            }
        }));
        return result;
    }

    private CompletableFuture<?> know() {
        synchronized (this) {
            if (known) {
                return CompletableFuture.completedFuture(null);
            }
            known = true; // what changes from here on says so again
        }
        return all.boards().state(user).whenComplete((state, failure) -> {
            synchronized (this) {
                if (failure != null) {
                    known = false;
                    return;
                }
                groups = state.groups();
                taken.clear();
                taken.putAll(state.taken());
            }
        });
    }

    private CompletableFuture<Boolean> each(boolean login) {
        Set<String> boards = mine();
        CompletableFuture<Boolean> result = CompletableFuture.completedFuture(false);
        for (String board : boards) {
            CompletableFuture<Boolean> one = take(board, login, false);
            result = result.thenCombine(one, (a, b) -> a | b);
        }
        return result;
    }

    /** Which boards the user reads; joins those that are new, and leaves those that are no more. */
    private Set<String> mine() {
        Set<String> boards = new HashSet<>();
        synchronized (this) {
            if (left) {
                return boards;
            }
            boards.add(Address.EVERYONE.board());
            roles.forEach(role -> boards.add(Address.role(role).board()));
            groups.forEach((group, spans) -> {
                String board = Address.group(group).board();
                if (spans.mayHoldAfter(taken.getOrDefault(board, spans.begin()))) {
                    boards.add(board);
                }
            });
            for (String board : boards) {
                if (joined.add(board)) {
                    all.join(board, this);
                }
            }
            joined.removeIf(board -> {
                if (!boards.contains(board)) {
                    all.leave(board, this);
                    return true;
                }
                return false;
            });
        }
        return boards;
    }

    /** Takes in what is new on one board, some at a time. */
    private CompletableFuture<Boolean> take(String board, boolean login, boolean any) {
        Spans spans;
        boolean certain;
        Position after;
        synchronized (this) {
            spans = board.startsWith("group:") ? groups.getOrDefault(board.substring("group:".length()), new Spans(List.of())) : Spans.WHOLE;
            after = taken.getOrDefault(board, spans.begin());
            // why only then: who has taken in something of the board is known to Redis, which so has not lost it
            certain = login && !taken.containsKey(board);
        }
        return all.after(board, after, certain).thenCompose(stretch -> {
            List<BoardMessage> messages = stretch.messages();
            if (messages.isEmpty()) {
                return CompletableFuture.completedFuture(any);
            }
            Position upTo = messages.get(messages.size() - 1).place();
            List<BoardMessage> theirs = messages.stream().filter(message -> spans.hold(message.place())).toList();
            return all.inbox().take(user, board, theirs, upTo).thenCompose(outcomes -> {
                synchronized (this) {
                    outcomes.forEach(one -> kept = one.outcome() == Inbox.Outcome.KEPT ? one.position() : kept);
                    taken.put(board, upTo);
                }
                return stretch.more() ? take(board, login, true) : CompletableFuture.completedFuture(true);
            });
        });
    }

    /** Has a task run when all that was taken in here has been sent to the user's pages. */
    void whenSent(Runnable then) {
        Position upTo;
        synchronized (this) {
            upTo = kept;
        }
        if (upTo == null) {
            then.run();
        } else {
            feed.arrivals().await(upTo, then);
        }
    }

    /** The user has no connection here any more. */
    synchronized void leave() {
        left = true;
        joined.forEach(board -> all.leave(board, this));
        joined.clear();
    }
}
