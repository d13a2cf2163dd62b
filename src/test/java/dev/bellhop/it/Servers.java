package dev.bellhop.it;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Server;
import dev.bellhop.server.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What all tests on servers share: one Redis and the directories of two nodes with the WARs as built. Made once, before
 * Arquillian reads {@code arquillian.xml}, which gets the address of Redis from here.
 */
final class Servers implements BeforeAllCallback {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Servers.class);
    private static final int FIRST_PORT = 18_080;
    private static final int LAST_PORT = 30_080;
    /** From one node's HTTP port to another's: Payara's other ports lie between. */
    private static final int STEP = 20;

    private static Shared shared;

    /** Lives as long as the test run. */
    private record Shared(RedisServer redis, ServerNode first, ServerNode second) implements AutoCloseable {

        @Override
        public void close() {
            List.of(first, second).forEach(ServerNode::end); // Arquillian has stopped them in order, unless it could not
            redis.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        shared = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Shared.class, key -> create(), Shared.class);
    }

    static RedisServer redis() {
        return shared.redis;
    }

    static ServerNode first() {
        return shared.first;
    }

    static ServerNode second() {
        return shared.second;
    }

    /** By its name in {@code arquillian.xml}. */
    static ServerNode named(String name) {
        return name.equals("node1") ? first() : second();
    }

    static Path checkout() {
        return Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    }

    static Path target() {
        return checkout().resolve("target");
    }

    private static Shared create() {
        try {
            Server server = Server.chosen();
            Users users = users();
            // why at random: other runs on this machine look for free ports at the same moment
            int port = freePort(server, FIRST_PORT + STEP * new Random().nextInt((LAST_PORT - FIRST_PORT) / STEP / 2));
            Installation first = installation("node1", users, port);
            Installation second = installation("node2", users, freePort(server, port + STEP)).on(secondJdk());
            CompletableFuture<Void> prepared = prepare(server, second);
            prepare(server, first).join();
            prepared.join();
            RedisServer redis = ShapedRedis.create(System.getProperty("it.redis", "single"));
            System.setProperty("it.redis.uri", redis.uri());
            System.setProperty("it.redis.cluster", Boolean.toString(redis.isCluster()));
            return new Shared(redis, new ServerNode(server, first), new ServerNode(server, second));
        } catch (IOException | CompletionException e) {
            throw new IllegalStateException("The servers for the tests cannot be made", e);
        }
    }

    /**
     * More nodes, for a test that needs them otherwise.
     *
     * @param shop the demonstration application's WAR
     */
    static List<Installation> more(Server server, Path shop, String... names) throws IOException {
        List<Installation> made = new ArrayList<>();
        int port = second().port();
        for (String name : names) {
            port = freePort(server, port + STEP);
            made.add(new Installation(name, target().resolve("it").resolve(name), port, checkout(), users(), List.of(target().resolve("bellhop.war"), shop)));
        }
        CompletableFuture.allOf(made.stream().map(node -> prepare(server, node)).toArray(CompletableFuture[]::new)).join();
        return made;
    }

    /** The second node may run on a JDK of its own: so the WAR is tried on two at the price of one. */
    static Path secondJdk() {
        return Path.of(System.getProperty("second.jdk", System.getProperty("java.home")));
    }

    /** Users for tests that need many; passwords as names. */
    private static Users users() throws IOException {
        return Users.demo(checkout()).with(Stream.concat(IntStream.range(0, 1000).mapToObj(i -> "guest" + i), Stream.of("4242")));
    }

    private static Installation installation(String name, Users users, int port) {
        return new Installation(name, target().resolve("it").resolve(name), port, checkout(), users,
                List.of(target().resolve("bellhop.war"), target().resolve("shop.war")));
    }

    private static CompletableFuture<Void> prepare(Server server, Installation node) {
        return CompletableFuture.runAsync(() -> {
            try {
                server.prepare(node);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The first at which all of a server's ports are free: other runs may go on at the same time. */
    private static int freePort(Server server, int from) {
        for (int port = from; port <= LAST_PORT; port += STEP) {
            if (server.ports(port).stream().allMatch(Servers::isFree)) {
                return port;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
