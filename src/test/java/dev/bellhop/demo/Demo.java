package dev.bellhop.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code ./mvnw} runs: Redis, WildFly with Bellhop and the demonstration application, in the foreground until Ctrl-C.
 * All that it makes lies under {@code target/run/<http.port>}.
 */
public final class Demo {

    private static final int DEFAULT_REDIS = 6379;
    private static final Duration READY = Duration.ofSeconds(30);

    private final Path checkout = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    private final Path target = checkout.resolve("target");
    private final int http = port("http.port", WildFly.HTTP);
    private final int redisPort = port("redis.port", DEFAULT_REDIS);
    private final Optional<String> foreignRedis = Optional.ofNullable(System.getenv("BELLHOP_REDIS_URI")).filter(uri -> !uri.isBlank());

    private final HttpClient client = HttpClient.newHttpClient();

    private RedisProcess redis;
    private WildFly server;
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
        WildFly.ports(http).forEach(port -> requireFree(port, "http.port", http + 1000));
        if (foreignRedis.isEmpty()) {
            requireFree(redisPort, "redis.port", redisPort + 1000);
            startRedis();
            say("Redis " + RedisProcess.version() + " on port " + redisPort);
        } else {
            say("Redis at " + foreignRedis.get().replaceFirst("//.*@", "//***@") + " (BELLHOP_REDIS_URI)");
        }

        ServerDirectory directory = ServerDirectory.create(Path.of(System.getProperty("wildfly.home")),
                target.resolve("run").resolve(Integer.toString(http)), checkout,
                List.of(target.resolve("bellhop.war"), target.resolve("shop.war")));
        say("WildFly on port " + http + " starts; its log is " + checkout.relativize(directory.log()));
        startServer(directory);
        if (!server.awaitStart()) {
            fail("The server has not started as it should: see above and " + checkout.relativize(directory.log()));
        }
        if (!awaitReady()) {
            say("Bellhop is not ready yet (" + url("/bellhop/health/ready") + "): is Redis there?");
        }
        say(banner(Duration.ofNanos(System.nanoTime() - start).toSeconds()));

        server.awaitEnd();
        fail("The server has ended; its log is " + checkout.relativize(directory.log()));
    }

    private synchronized void startRedis() throws IOException {
        if (!stopping) {
            String[] version = RedisProcess.version().split("\\.");
            if (Integer.parseInt(version[0]) < 7) {
                say("This Redis is " + RedisProcess.version() + ", Bellhop needs 7 or newer");
            }
            redis = RedisProcess.start(target.resolve("redis").resolve(Integer.toString(redisPort)), redisPort);
        }
    }

    private synchronized void startServer(ServerDirectory directory) throws IOException {
        if (!stopping) {
            List<String> settings = System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith("bellhop."))
                    .map(name -> "-D" + name + "=" + System.getProperty(name))
                    .collect(Collectors.toCollection(ArrayList::new));
            settings.add("-Ddemo.redis.port=" + redisPort); // for the commands that the pages show
            server = WildFly.start(directory, http, Map.of("BELLHOP_REDIS_URI", redisUri()), settings);
        }
    }

    /** The shutdown hook: the server first, since it says goodbye to pages and to Redis. */
    private synchronized void stop() {
        stopping = true;
        if (server != null) {
            System.out.println();
            say("Stopping");
            server.close();
        }
        if (redis != null) {
            redis.close();
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
        return foreignRedis.orElse("redis://localhost:" + redisPort);
    }

    private String url(String path) {
        return "http://localhost:" + http + path;
    }

    /** Waits for a 200; a 404 will do too: then there is nothing to ask. */
    private boolean awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() < deadline) {
            int status = status("/bellhop/health/ready");
            if (status == 200 || status == 404) {
                return true;
            }
            Thread.sleep(200);
        }
        return false;
    }

    /** The HTTP status of that page, or 0 when nobody answers. */
    private int status(String path) throws InterruptedException {
        try {
            return client.send(HttpRequest.newBuilder(URI.create(url(path))).build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private String banner(long seconds) throws InterruptedException {
        String cli = foreignRedis.map(uri -> "redis-cli -u " + uri).orElse("redis-cli -p " + redisPort);
        // why 127.0.0.1: a browser keeps one set of cookies for all ports of localhost, so a second node would log out of the first
        String page = http == WildFly.HTTP ? url("/shop/") : "http://127.0.0.1:" + http + "/shop/";
        String curl = "curl -u backend:backend -H 'Content-Type: application/json' -d '" + message("Kept for you") + "' "
                + url("/bellhop/api/messages");
        return """

                Bellhop runs (after %d s). Ctrl-C stops it.

                  %s
                  alice/alice   bob/bob   backend/backend (publisher)   admin/admin (administrator)

                Send alice a message, now and in five seconds:

                  %s PUBLISH websocket:producer:channel '%s'

                  %s ZADD '{websocket}:timing:messages' $(($(date +%%s)+5)) '%s'
                %s
                A second node:

                  BELLHOP_REDIS_URI=%s ./mvnw -Dhttp.port=%d
                """.formatted(seconds, page, cli, message("Hello"), cli, message("Five seconds later"),
                // why asked: only a build that has the HTTP API offers it
                status("/bellhop/api/messages") == 404 ? "" : "\n  " + curl + "\n", redisUri(), http + 1000);
    }

    private static String message(String text) {
        return "{\"msg_type\":\"notice\",\"to_user_id\":\"alice\",\"data\":{\"text\":\"" + text + "\"}}";
    }

    private static void say(String text) {
        System.out.println(text);
    }
}
