package dev.bellhop.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One kind of application server: how a node's directory is made, and how the server runs there as a process of its own. */
public interface Server {

    /** The one that the system property {@code server.name} names; WildFly without it. */
    static Server chosen() {
        return switch (System.getProperty("server.name", "wildfly")) {
            case "wildfly" -> new WildFly(home("wildfly"), false);
            case "payara" -> new Payara(home("payara"));
            case "liberty" -> new Liberty(home("liberty"));
            default -> throw new IllegalArgumentException("server.name must be wildfly, payara or liberty");
        };
    }

    private static Path home(String server) {
        return Path.of(System.getProperty(server + ".home"));
    }

    String name();

    /** The ports that a node opens whose HTTP port this is. */
    List<Integer> ports(int http);

    /**
     * Makes a node's directory anew: the server as it comes, what {@code server-config} says, the users and the WARs.
     *
     * @throws IOException if the server's own tools fail; the message has their output
     */
    void prepare(Installation node) throws IOException;

    /** What runs the server in the foreground, until it is told to end. */
    List<String> command(Installation node, List<String> javaOptions) throws IOException;

    /** What the command needs in its environment. */
    default Map<String, String> environment(Installation node) {
        return Map.of();
    }

    /** What the command reads from its standard input. */
    default String input() {
        return "";
    }

    /** The log with everything that the server says. */
    Path log(Installation node);

    /** Whether it has much to say before its first log record, none of which matters to anybody. */
    default boolean chatters() {
        return false;
    }

    /** What a line on the console tells. */
    ConsoleLine read(String line);

    /**
     * What a line on the console tells.
     *
     * @param level   of the log record that begins with it; null: it goes on with the one before
     * @param started true: the server and its applications have; false: something in it has failed; null: nothing of this
     */
    record ConsoleLine(String level, Boolean started) {}
}
