package dev.bellhop.inbox;

import dev.bellhop.config.Settings;
import dev.bellhop.redis.Failures;
import dev.bellhop.redis.Redis;
import dev.bellhop.redis.RedisAwayException;
import dev.bellhop.redis.Reply;
import dev.bellhop.redis.Script;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sends what is to be kept, for many users in one call of the script: a call of its own costs Redis more than the message in it.
 *
 * <p>Nobody waits for company. The first is sent at once; what comes while a call is under way goes together in the next, which waits for the
 * answer if there are only a {@link #FEW}: then the way to Redis and back costs more than they do. On a cluster each user has a slot and a call of their own.
 *
 * <p>Thread-safe, never blocks. What one thread hands over for a user is kept in that order.
 */
final class Publishing {
    /** How many arguments each message takes. */
    static final int PARTS = 4;

    private static final Script PUBLISH = Inbox.script("common.lua", "drafts.lua", "publish.lua");
    private static final int CALLS_AT_ONCE = 2;
    private static final int FEW = 20;
    /** Why so few: Redis does nothing else meanwhile, and this many take it one or two milliseconds. */
    private static final int MESSAGES_AT_ONCE = 100;
    private static final int CHARS_AT_ONCE = 256 << 10;
    private static final int MOST_WAITING = 100_000;

    private final Redis redis;
    private final Settings settings;

    private final Object sending = new Object();

    // guarded by this, which is taken after sending
    private final Deque<User> waiting = new ArrayDeque<>();
    private int underWay;
    private int gathering;

    Publishing(Redis redis, Settings settings) {
        this.redis = redis;
        this.settings = settings;
    }

    /** What is to be kept for one user in one step, as the script takes it. */
    private record User(List<String> keys, List<String> args, int messages, CompletableFuture<Reply> result) {
        int chars() {
            int chars = 0;
            for (String arg : args) {
                chars += arg.length();
            }
            return chars;
        }
    }

    /**
     * Keeps messages for one user: all or none.
     *
     * @param keys     the user's, in the script's order
     * @param args     the user's, in the script's order: how many keys and messages, and so on
     * @param messages how many
     * @return what the script says of this user; an error of the user's own keys is theirs alone
     */
    CompletableFuture<Reply> publish(List<String> keys, List<String> args, int messages) {
        User user = new User(keys, args, messages, new CompletableFuture<>());
        if (redis.isCluster()) {
            alone(user, call(List.of(user)));
            return user.result;
        }
        boolean full;
        synchronized (this) {
            full = waiting.size() >= MOST_WAITING;
            if (!full) {
                waiting.add(user);
            }
        }
        if (full) {
            user.result.completeExceptionally(new RedisAwayException("too many messages are waiting for Redis"));
        }
        send();
        return user.result;
    }

    /** Runs a task that publishes for many users: nothing is sent before it has ended, so that they go together. */
    void together(Runnable publishes) {
        synchronized (this) {
            gathering++;
        }
        try {
            publishes.run();
        } finally {
            synchronized (this) {
                gathering--;
            }
            send();
        }
    }

    private void send() {
        for (Sent sent = sendNext(); sent != null; sent = sendNext()) {
            List<User> users = sent.users;
            CompletableFuture<Reply> call = sent.call;
            if (call.isDone()) { // why not below: as long as Redis is away each would lie on the stack of the one before
                finish(users, call);
            } else {
                call.whenComplete((done, failure) -> {
                    finish(users, call);
                    send();
                });
            }
        }
    }

    private record Sent(List<User> users, CompletableFuture<Reply> call) {}

    /** Why under one lock: of two threads that each take some, the second must not hand its own over first. Null if there is nothing to send. */
    private Sent sendNext() {
        synchronized (sending) {
            List<User> users = next();
            return users.isEmpty() ? null : new Sent(users, call(users));
        }
    }

    /** Tells the callers. What they publish next goes together. */
    private void finish(List<User> sent, CompletableFuture<Reply> call) {
        synchronized (this) {
            underWay--;
            gathering++;
        }
        try {
            call.whenComplete((done, failure) -> settle(sent, done, failure));
        } finally {
            synchronized (this) {
                gathering--;
            }
        }
    }

    /** The next ones to send; none if enough are under way. */
    private synchronized List<User> next() {
        if (gathering > 0 || underWay == CALLS_AT_ONCE || waiting.isEmpty() || (underWay > 0 && areFew())) {
            return List.of();
        }
        List<User> some = new ArrayList<>();
        int messages = 0;
        int chars = 0;
        for (User user = waiting.peek(); user != null; user = waiting.peek()) {
            messages += user.messages;
            chars += user.chars();
            if (!some.isEmpty() && (messages > MESSAGES_AT_ONCE || chars > CHARS_AT_ONCE)) {
                break;
            }
            some.add(waiting.remove());
        }
        underWay++;
        return some;
    }

    private boolean areFew() {
        int messages = 0;
        for (User user : waiting) {
            messages += user.messages;
            if (messages > FEW) {
                return false;
            }
        }
        return true;
    }

    private CompletableFuture<Reply> call(List<User> users) {
        List<String> keys = new ArrayList<>();
        List<String> args = new ArrayList<>(List.of(Long.toString(settings.inboxRetention().toMillis()), Integer.toString(settings.inboxMaxMessages()),
                Long.toString(Inbox.IDS_REMEMBERED.toMillis()), redis.announcing()));
        for (User user : users) {
            keys.addAll(user.keys);
            args.addAll(user.args);
        }
        return PUBLISH.run(redis, keys.toArray(String[]::new), args.toArray(String[]::new));
    }

    private void settle(List<User> users, Reply done, Throwable failure) {
        if (failure == null) {
            users.forEach(user -> settle(user, done.list()));
        } else if (users.size() > 1 && isRefused(failure)) {
            users.forEach(user -> alone(user, call(List.of(user))));
        } else {
            users.forEach(user -> user.result.completeExceptionally(failure));
            if (Failures.cause(failure) instanceof RedisCommandTimeoutException) {
                failWaiting(failure);
            }
        }
    }

    private void alone(User user, CompletableFuture<Reply> call) {
        call.whenComplete((done, failure) -> settle(List.of(user), done, failure));
    }

    /** Why: each has waited as long as the call that Redis has not answered, and would wait as long again. */
    private void failWaiting(Throwable failure) {
        List<User> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
        }
        all.forEach(user -> user.result.completeExceptionally(failure));
    }

    private static void settle(User user, Reply reply) {
        if (reply.begins("?")) {
            user.result.completeExceptionally(new RedisCommandExecutionException(reply.text().substring(1)));
        } else {
            user.result.complete(reply);
        }
    }

    /** Whether Redis has refused a call before it began, since some of its keys are forbidden: those of the others are not. */
    private static boolean isRefused(Throwable failure) {
        return Failures.cause(failure) instanceof RedisCommandExecutionException refusal && String.valueOf(refusal.getMessage()).startsWith("NOPERM");
    }
}
