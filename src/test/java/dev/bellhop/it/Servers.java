package dev.bellhop.it;

import dev.bellhop.demo.ServerDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What all tests on servers share: one Redis and the directories of two nodes with the WARs as built. Made once, before
 * Arquillian reads {@code arquillian.xml}, which gets ports and paths from here.
 */
final class Servers implements BeforeAllCallback {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Servers.class);
    private static final int FIRST_OFFSET = 10_000;
    private static final int LAST_OFFSET = 22_000;

    private static Shared shared;

    /** Lives as long as the test run. */
    private record Shared(Redis redis, Node first, Node second) implements AutoCloseable {

        @Override
        public void close() {
            List.of(first, second).forEach(Node::end);
            redis.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        shared = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Shared.class, key -> create(), Shared.class);
    }

    static Redis redis() {
        return shared.redis;
    }

    static Node first() {
        return shared.first;
    }

    static Node second() {
        return shared.second;
    }

    static Path checkout() {
        return Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    }

    static Path target() {
        return checkout().resolve("target");
    }

    private static Shared create() {
        try {
            Path it = target().resolve("it");
            ServerDirectory template = ServerDirectory.create(Path.of(System.getProperty("wildfly.home")), it.resolve("template"),
                    checkout(), List.of(target().resolve("bellhop.war"), target().resolve("shop.war")));
            addGuests(template.base().resolve("configuration"));
            Redis redis = Redis.create();
            System.setProperty("it.redis.uri", redis.uri());
            // why at random: other runs on this machine look for free ports at the same moment
            int offset = freeOffset(FIRST_OFFSET + 10 * new Random().nextInt(900));
            Node first = node("node1", template, offset);
            Node second = node("node2", template, freeOffset(offset + 3));
            return new Shared(redis, first, second);
        } catch (IOException e) {
            throw new IllegalStateException("The servers for the tests cannot be made", e);
        }
    }

    /** Users for tests that need many: {@code guest0} to {@code guest999}, and {@code 4242}; passwords as names. */
    private static void addGuests(Path configuration) throws IOException {
        List<String> guests = Stream.concat(IntStream.range(0, 1000).mapToObj(i -> "guest" + i), Stream.of("4242")).toList();
        Files.write(configuration.resolve("demo-users.properties"), guests.stream().map(guest -> guest + "=" + guest).toList(), StandardOpenOption.APPEND);
        Files.write(configuration.resolve("demo-roles.properties"), guests.stream().map(guest -> guest + "=user").toList(), StandardOpenOption.APPEND);
    }

    private static Node node(String name, ServerDirectory template, int offset) throws IOException {
        Path base = target().resolve("it").resolve(name);
        template.copyTo(base);
        int management = offset + 9990;
        System.setProperty("it." + name + ".base", base.toString());
        System.setProperty("it." + name + ".offset", Integer.toString(offset));
        System.setProperty("it." + name + ".management", Integer.toString(management));
        return new Node(name, offset + 8080, management);
    }

    /** The first at which all of a WildFly's ports are free: other runs may go on at the same time. */
    private static int freeOffset(int from) {
        for (int offset = from; offset <= LAST_OFFSET; offset++) {
            if (isFree(offset + 8080) && isFree(offset + 8443) && isFree(offset + 9990)) {
                return offset;
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
