package dev.bellhop.demo;

import dev.bellhop.server.Guard;
import dev.bellhop.server.Installation;
import dev.bellhop.server.RedisGroup;
import dev.bellhop.server.RedisProcess;
import dev.bellhop.server.Server;
import dev.bellhop.server.ServerProcess;
import dev.bellhop.server.Users;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code ./mvnw} runs: Redis, an application server with Bellhop and the demonstration application, in the foreground until Ctrl-C.
 * All that it makes lies under {@code target/run/<http.port>}.
 */
public final class Demo {

    private static final int DEFAULT_HTTP = 8080;
    private static final int DEFAULT_REDIS = 6379;
    private static final Duration READY = Duration.ofSeconds(30);

    private final Path checkout = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    private final Path target = checkout.resolve("target");
    private final Server server = Server.chosen();
    private final int http = port("http.port", DEFAULT_HTTP);
    private final int redisPort = port("redis.port", DEFAULT_REDIS);
    private final Optional<String> foreignRedis = Optional.ofNullable(System.getenv("BELLHOP_REDIS_URI")).filter(uri -> !uri.isBlank());

    private final HttpClient client = HttpClient.newHttpClient();

    private Guard guard;
    private RedisGroup redis;
    private ServerProcess running;
    private boolean stopping;

    private Demo() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        Demo demo = new Demo();
        Runtime.getRuntime().addShutdownHook(new Thread(demo::stop, "stop"));
        try {
            demo.run();
        } catch (IOException e) {
            demo.fail(e.getMessage());
        }
    }

    private void run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        if (http < 4000 || http > 60_000) {
            fail("http.port must be between 4000 and 60000: the server's other ports keep their distance from it");
        }
        server.ports(http).forEach(port -> requireFree(port, "http.port", http + 1000));
        if (foreignRedis.isEmpty()) {
            RedisGroup.Shape shape = shape();
            shape.ports(redisPort).forEach(port -> requireFree(port, "redis.port", redisPort + 1000));
            startRedis(shape);
            say(redis.toString());
        } else {
            say("Redis at " + foreignRedis.get().replaceFirst("//.*@", "//***@") + " (BELLHOP_REDIS_URI)");
        }

        Installation node = new Installation("node-" + http, target.resolve("run").resolve(Integer.toString(http)), http, checkout,
                Users.demo(checkout), List.of(target.resolve("bellhop.war"), target.resolve("shop.war")));
        server.prepare(node);
        String log = checkout.relativize(server.log(node)).toString();
        say(server.name() + " on port " + http + " starts; its log is " + log);
        startServer(node);
        if (!running.awaitStart()) {
            fail("The server has not started as it should: see above and " + log);
        }
        if (!awaitReady()) {
            say("Bellhop is not ready yet (" + url("/bellhop/health/ready") + "): does Redis run?");
        } else if (!join("housekeeping", "bob")) {
            say("bob could not be made a member of the group housekeeping; the pages show the command for it");
        }
        say(banner(Duration.ofNanos(System.nanoTime() - start).toSeconds()));

        running.awaitEnd();
        fail("The server has ended; its log is " + log);
    }

    private RedisGroup.Shape shape() {
        try {
            return RedisGroup.Shape.of(System.getProperty("redis", ""));
        } catch (IllegalArgumentException e) {
            fail(e.getMessage());
            throw e;
        }
    }

    private synchronized void startRedis(RedisGroup.Shape shape) throws IOException {
        if (!stopping) {
            String[] version = RedisProcess.version().split("\\.");
            if (Integer.parseInt(version[0]) < 7) {
                say("This Redis is " + RedisProcess.version() + ", Bellhop needs 7 or newer");
            }
            redis = RedisGroup.start(shape, target.resolve("redis"), redisPort, guard()::watch);
        }
    }

    private synchronized void startServer(Installation node) throws IOException {
        if (!stopping) {
            List<String> settings = System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith("bellhop."))
                    .map(name -> "-D" + name + "=" + System.getProperty(name))
                    .collect(Collectors.toCollection(ArrayList::new));
            settings.add("-Ddemo.redis.cli=" + (redis == null ? "redis-cli" : redis.cli())); // for the commands that the pages show
            running = ServerProcess.start(server, node, Map.of("BELLHOP_REDIS_URI", redisUri(), "BELLHOP_REDIS_CLUSTER", Boolean.toString(isCluster()), "BELLHOP_ROLES", Optional.ofNullable(System.getenv("BELLHOP_ROLES")).orElse("user,manager")), settings, System.out);
            guard().watch(running.handle());
        }
    }

    private Guard guard() {
        if (guard == null) {
            guard = Guard.start();
        }
        return guard;
    }

    /** The shutdown hook: the server first, since it says goodbye to pages and to Redis. */
    private synchronized void stop() {
        stopping = true;
        if (running != null) {
            System.out.println();
            say("Stopping");
            running.close();
        }
        if (redis != null) {
            redis.close();
        }
        if (guard != null) {
            guard.close();
        }
    }

    /** Ends everything with one line, unless it is ending anyway. */
    private void fail(String message) {
        synchronized (this) {
            if (!stopping) {
                say(message);
            }
        }
        System.exit(1);
    }

    private void requireFree(int port, String property, int other) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            fail("Port " + port + " is taken: choose another, for example ./mvnw -D" + property + "=" + other);
        }
    }

    private static int port(String property, int otherwise) {
        return Integer.getInteger(property, otherwise);
    }

    private String redisUri() {
        return foreignRedis.orElseGet(() -> redis.uri());
    }

    private boolean isCluster() {
        return redis == null ? Boolean.parseBoolean(System.getenv("BELLHOP_REDIS_CLUSTER")) : redis.isCluster();
    }

    /** How a person reaches Redis. Of a foreign cluster, through its first address; behind Sentinels it cannot be told. */
    private String cli() {
        return foreignRedis.map(uri -> uri.startsWith("redis-sentinel") ? "redis-cli" : "redis-cli " + (isCluster() ? "-c " : "") + "-u " + uri.split(",")[0]).orElseGet(() -> redis.cli());
    }

    private String url(String path) {
        return "http://localhost:" + http + path;
    }

    private boolean awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() < deadline) {
            if (isReady()) {
                return true;
            }
            Thread.sleep(200);
        }
        return false;
    }

    private boolean isReady() throws InterruptedException {
        try {
            HttpRequest ask = HttpRequest.newBuilder(URI.create(url("/bellhop/health/ready"))).build();
            return client.send(ask, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException nobodyAnswers) {
            return false;
        }
    }

    /** Makes a user a member of a group, as a backend does; nothing changes if they are one. */
    private boolean join(String group, String user) throws InterruptedException {
        try {
            String login = Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));
            HttpRequest put = HttpRequest.newBuilder(URI.create(url("/bellhop/api/groups/" + group + "/members/" + user))).header("Authorization", "Basic " + login)
                    .timeout(READY).PUT(HttpRequest.BodyPublishers.noBody()).build();
            return client.send(put, BodyHandlers.discarding()).statusCode() == 204;
        } catch (IOException nobodyAnswers) {
            return false;
        }
    }

    private String banner(long seconds) {
        String cli = cli();
        // why 127.0.0.1: a browser keeps one set of cookies for all ports of localhost, so a second node would log out of the first
        String origin = http == DEFAULT_HTTP ? url("") : "http://127.0.0.1:" + http;
        String curl = "curl -u backend:backend -H 'Content-Type: application/json' " + url("/bellhop/api/messages") + " -d '";
        return """

                Bellhop runs (after %d s). Ctrl-C stops it.

                  %s/shop/
                  alice/alice (manager)   bob/bob (housekeeping)   backend/backend (publisher)   admin/admin (administrator)

                  %s/bellhop/console, after logging in there as admin

                Send alice a message, now and in five seconds:

                  %s PUBLISH websocket:producer:channel '%s'

                  %s ZADD '{websocket}:timing:messages' $(($(date +%%s)+5)) '%s'

                  %s

                Everybody, the managers (alice), housekeeping (bob):

                  %s

                  %s

                  %s

                A second node:

                  %sBELLHOP_REDIS_URI='%s' ./mvnw%s -Dhttp.port=%d
                """.formatted(seconds, origin, origin, cli, message("Hello"), cli, message("Five seconds later"), curl + message("Kept for you") + '\'',
                curl + message("\"to_user_id\":\"*\"", "The lift is out of order") + '\'', curl + message("\"to_role\":\"manager\"", "The auditor is here") + '\'',
                curl + message("\"to_group\":\"housekeeping\"", "Fresh towels for 118") + '\'', isCluster() ? "BELLHOP_REDIS_CLUSTER=true " : "", redisUri(), profile(), http + 1000);
    }

    private static String profile() {
        String profile = System.getProperty("demo.profile", "");
        return profile.isEmpty() ? "" : " -P" + profile;
    }

    private static String message(String text) {
        return message("\"to_user_id\":\"alice\"", text);
    }

    private static String message(String to, String text) {
        return "{\"msg_type\":\"notice\"," + to + ",\"data\":{\"text\":\"" + text + "\"}}";
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
