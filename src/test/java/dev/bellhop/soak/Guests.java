package dev.bellhop.soak;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.Page;
import dev.bellhop.it.RedisServer;
import dev.bellhop.it.ServerNode;
import jakarta.json.JsonArray;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Users who come, use everything that there is, and leave: by logging out, or by closing the page, or by losing the network and
 * leaving the HTTP session to expire. Nothing that they are sent is counted.
 *
 * <p>Thread-safe.
 */
final class Guests implements AutoCloseable {

    private static final int FROM = 700;
    private static final int MANY = 150;
    private static final int EVERY_MILLIS = 1_500;
    private static final int PAUSE_MILLIS = 1_200;
    private static final String BACKEND = "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));

    private final String application;
    private final ServerNode node;
    private final RedisServer redis;
    private final Random random;
    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(4);
    private final AtomicInteger number = new AtomicInteger();
    private final LongAdder ended = new LongAdder();
    private final Map<String, LongAdder> failures = new ConcurrentSkipListMap<>();

    /** @param application where they log in; its {@code brief.jsp} makes their HTTP session short */
    Guests(String application, ServerNode node, RedisServer redis, Random random) {
        this.application = application;
        this.node = node;
        this.redis = redis;
        this.random = random;
    }

    void letCome() {
        pool.scheduleAtFixedRate(() -> new Visit(number.getAndIncrement()).next(), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many have come and done everything. */
    long ended() {
        return ended.sum();
    }

    /** How many have come. */
    int came() {
        return number.get();
    }

    /** Why the others have not: while the application is away, nobody gets far. */
    Map<String, LongAdder> failures() {
        return failures;
    }

    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(60, TimeUnit.SECONDS)) {
                pool.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One user's, step by step, with a pause between: no thread waits. */
    private final class Visit {

        private final int n;
        private final String user;
        private final List<Page> pages = new ArrayList<>();
        private final List<Runnable> steps = new ArrayList<>(List.of(this::come, this::receive, this::send, this::plan, this::read, this::blink, this::leave));
        private FormLogin login;
        private String lastId;

        private Visit(int n) {
            this.n = n;
            this.user = "guest" + (FROM + n % MANY);
        }

        private void next() {
            try {
                steps.remove(0).run();
                if (steps.isEmpty()) {
                    ended.increment();
                } else {
                    goOn();
                }
            } catch (RuntimeException | AssertionError e) {
                pages.forEach(Page::abort);
                Throwable cause = e.getCause() == null ? e : e.getCause();
                failures.computeIfAbsent(cause.getClass().getSimpleName() + " " + String.valueOf(cause.getMessage()).lines().findFirst().orElse("").replaceAll("\\d{4,}|frames.*", "…"),
                        reason -> new LongAdder()).increment();
            }
        }

        private void goOn() {
            try {
                pool.schedule(this::next, PAUSE_MILLIS / 2 + random.nextInt(PAUSE_MILLIS), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closed) {
                next(); // at the end, what has begun is brought to its end
            }
        }

        private void come() {
            login = FormLogin.at(application, user, node);
            require(login.get(application + "/brief.jsp"), 200);
            for (int i = 0; i <= n % 3; i++) {
                pages.add(Page.open(login));
            }
            pages.forEach(page -> lastId = page.login().getJsonObject("data").getString("last_id"));
        }

        private void receive() {
            redis.publish(message("passing", ""));
            redis.add(message("kept", ",\"id\":\"visit-" + n + "\""));
            redis.add(message("kept", ",\"id\":\"visit-" + n + "\"")); // the same again
            redis.schedule(redis.time() + random.nextInt(5), message("due", ",\"n\":" + n));
            require(backend("POST", "messages", message("brief", ",\"ttl\":\"PT1S\"")), 202);
            redis.add("nonsense " + n);
            redis.publish(MessageText.message("nonsense"));
        }

        private void send() {
            for (Page page : pages) {
                page.send(MessageText.message("ping"));
                page.send("{\"msg_type\":\"chat\",\"data\":{\"n\":" + n + ",\"text\":\"" + "x".repeat(n % 500) + "\"}}");
                page.send("{\"msg_type\":");
            }
            pages.get(0).awaitType("kept");
            pages.forEach(page -> page.awaitType("error"));
        }

        private void plan() {
            String answer = require(backend("POST", "messages", message("planned", ",\"id\":\"plan-" + n + "\",\"push_at\":\"" + Instant.now().plusSeconds(60) + "\"")), 202).body();
            String id = Page.parse(answer).getJsonArray("messages").getJsonObject(0).getString("id");
            require(backend("PUT", "scheduled/" + id, "{\"push_at\":\"" + Instant.now().plusSeconds(90) + "\"}"), 200, 204);
            require(backend("GET", "scheduled?to_user_id=" + user + "&limit=10", null), 200);
            if (n % 2 == 0) { // the others are sent when their time comes, long after the user has left
                require(backend("DELETE", "scheduled/" + id, null), 204);
            }
            require(backend("GET", "users/" + user, null), 200);
        }

        private void read() {
            JsonArray newest = Page.parse(require(login.get("/bellhop/api/me/messages?limit=5"), 200).body()).getJsonArray("messages");
            if (!newest.isEmpty()) {
                lastId = newest.getJsonObject(0).getString("id");
                require(login.post("/bellhop/api/me/read", "application/json", "{\"id\":\"" + lastId + "\"}"), 200);
                pages.get(0).send("{\"msg_type\":\"read\",\"data\":{\"id\":\"" + lastId + "\"}}");
            }
        }

        private void blink() {
            pages.get(0).abort();
            pages.set(0, Page.open(login));
            pages.get(0).login(lastId);
        }

        private void leave() {
            switch (n % 4) {
                case 0, 1 -> login.logout(); // the pages are closed by the server
                case 2 -> pages.forEach(Page::close);
                default -> pages.forEach(Page::abort);
            }
        }

        private String message(String type, String more) {
            return "{\"msg_type\":\"" + type + "\",\"to_user_id\":\"" + user + "\"" + more + ",\"data\":{\"n\":" + n + "}}";
        }
    }

    private HttpResponse<String> backend(String method, String path, String body) {
        return FormLogin.none(node).send(HttpRequest.newBuilder(node.http("/bellhop/api/" + path)).header("Authorization", BACKEND)
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> require(HttpResponse<String> response, Integer... statuses) {
        if (!List.of(statuses).contains(response.statusCode())) {
            throw new IllegalStateException(response.request().method() + " HTTP " + response.statusCode());
        }
        return response;
    }
}
