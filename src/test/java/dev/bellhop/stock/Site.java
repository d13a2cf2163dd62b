package dev.bellhop.stock;

import dev.bellhop.it.Nginx;
import dev.bellhop.server.RedisProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody's site: an unzipped server, an application of their own, Redis, nginx with TLS before it at {@code https://desk.test}, and
 * Bellhop, set up as the tutorial and {@code server-config} say.
 *
 * <p>Its application {@code /desk} has the logout jar; tests deploy more.
 */
final class Site implements AutoCloseable {

    static final String HOST = "desk.test";

    /** A piece of the setting up, which may fail. */
    interface Work {
        void run() throws IOException, GeneralSecurityException;
    }

    private final Path checkout = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    private final Path target = checkout.resolve("target");
    private final Map<String, Double> steps = new LinkedHashMap<>();
    private final int redisPort = Stock.freePort();
    private final Stock stock;
    private final Names names = new Names();
    private Certificate certificate;
    private RedisProcess redis;
    private Nginx nginx;

    /**
     * Makes it from nothing.
     *
     * @param directory a name for its directory under {@code target/it}
     */
    Site(String directory) throws IOException {
        Path place = Files.createDirectories(target.resolve("it").resolve(directory));
        stock = Stock.chosen(place);
        try {
            timed("(certificate for " + HOST + ")", () -> certificate = Certificate.of(HOST, place.resolve("tls")));
            timed("unzip", stock::unzip);
            timed("Redis, with bellhop.conf", () -> redis = RedisProcess.start(place.resolve("redis"),
                    checkout.resolve("server-config/redis/bellhop.conf"), redisPort));
            stock.shell().with("BELLHOP", bellhop(place).toString()).with("CURL_CA_BUNDLE", certificate.pem().toString())
                    .with("https_proxy", "http://127.0.0.1:" + names.port()).with("http_proxy", "http://127.0.0.1:" + names.port())
                    .with("no_proxy", "localhost");
            for (Commands.Step step : Commands.of(checkout.resolve(Commands.TUTORIAL), stock.kind())) {
                timed(step.name(), () -> stock.follow(here(step)));
            }
            timed("the application of one's own", () -> stock.deploy(withLogoutJar(), Desk.named("desk")));
            timed("Bellhop is ready", stock::awaitReady);
            timed("nginx, with nginx.conf", () -> {
                nginx = Nginx.withTls(place.resolve("nginx"), HOST, stock.http(), certificate.pem(), certificate.keyPem());
                names.put(HOST + ":443", nginx.tls()).put(HOST + ":80", nginx.port());
            });
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Why not the checkout itself: a reader has a directory with what the build has made, and writes in none of it. */
    private Path bellhop(Path place) throws IOException {
        Path link = place.resolve("bellhop");
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, checkout);
    }

    /** As the tutorial puts the jar into a WAR that is there. */
    private Path withLogoutJar() throws IOException {
        Path war = stock.home.resolve("desk.war");
        Files.copy(Desk.named("desk").war(target), war);
        for (Commands.Step step : Commands.of(checkout.resolve(Commands.TUTORIAL), "your application")) {
            stock.follow(here(step));
        }
        return war;
    }

    private Commands.Step here(Commands.Step step) {
        return new Commands.Step(step.name(), step.script().replace("6379", Integer.toString(redisPort)));
    }

    private void timed(String step, Work work) throws IOException {
        long start = System.nanoTime();
        try {
            work.run();
        } catch (GeneralSecurityException e) {
            throw new IOException(step, e);
        } catch (IOException e) {
            throw new IOException(step + ": " + e.getMessage(), e);
        }
        record(step, start);
    }

    /** Notes how long something has taken that began then. */
    void record(String step, long startNanos) {
        steps.put(step, Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1000.0);
    }

    /** What was done, and the seconds that it took. */
    Map<String, Double> steps() {
        return steps;
    }

    Stock stock() {
        return stock;
    }

    /** Which server it is: {@code wildfly}, {@code payara} or {@code liberty}. */
    String server() {
        return stock.kind();
    }

    Names names() {
        return names;
    }

    Certificate certificate() {
        return certificate;
    }

    Path checkout() {
        return checkout;
    }

    int redisPort() {
        return redisPort;
    }

    /** Runs commands of a document, from the server's directory. */
    String run(Commands.Step step) throws IOException {
        return stock.shell().run(here(step).script());
    }

    void deploy(Desk desk) throws IOException {
        stock.deploy(desk, target);
    }

    void undeploy(Desk desk) throws IOException {
        stock.undeploy(desk);
    }

    /** From now on the server knows of nginx before it, reaches {@code desk.test} and trusts its certificate. */
    void behindProxy() throws IOException {
        List<String> options = new ArrayList<>(certificate.javaOptions());
        for (String scheme : List.of("http", "https")) {
            options.addAll(List.of("-D" + scheme + ".proxyHost=127.0.0.1", "-D" + scheme + ".proxyPort=" + names.port()));
        }
        stock.behindProxy(checkout.resolve("server-config"), options);
        stock.awaitReady(); // why: a server that has started anew deploys one application after another
    }

    /** A new browser that comes as everybody does: {@code https://desk.test}. */
    Browser browser() {
        return browser("https://" + HOST);
    }

    /** A new browser that comes to another address of it. */
    Browser browser(String origin) {
        HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10));
        if (origin.contains(HOST)) {
            client.proxy(names.selector()).sslContext(certificate.context());
        }
        return new Browser(client.build(), origin);
    }

    /** A new browser that comes past nginx, on plain HTTP. */
    Browser direct() {
        return browser("http://localhost:" + stock.http());
    }

    /** The users that the documents' commands make. */
    static Set<String> users() {
        return Set.of("alice", "backend", "operator");
    }

    @Override
    public void close() {
        if (nginx != null) {
            nginx.close();
        }
        stock.close();
        if (redis != null) {
            redis.close();
        }
        try {
            names.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
