package dev.bellhop.stock;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** WildFly with its {@code standalone.xml}. Its ports move with an offset, which its command-line interface has to know. */
final class StockWildFly extends Stock {

    private static final int HTTP = 8080;
    private static final int MANAGEMENT = 9990;
    private static final int HTTPS = 8443;

    private final int offset = freeOffset();

    StockWildFly(Path home) {
        super(home);
        shell().with("LAUNCH_JBOSS_IN_BACKGROUND", "true").with("JBOSS_PIDFILE", pidFile().toString());
    }

    private static int freeOffset() {
        Random random = new Random(); // why at random: other runs look for ports at the same moment
        return IntStream.generate(() -> 22_000 + random.nextInt(8_000))
                .filter(offset -> IntStream.of(HTTP, MANAGEMENT, HTTPS).allMatch(port -> isFree(port + offset))).findFirst().orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private Path pidFile() {
        return home.resolveSibling("wildfly.pid");
    }

    @Override
    String kind() {
        return "wildfly";
    }

    @Override
    Path archive() {
        return Path.of(System.getProperty("wildfly.home"));
    }

    @Override
    List<String> written() {
        return List.of("bin", "standalone", "domain");
    }

    @Override
    void movePorts() throws IOException {
        Path cli = home.resolve("bin/jboss-cli.xml");
        Files.writeString(cli, Files.readString(cli).replace("<port>" + MANAGEMENT + "</port>", "<port>" + (MANAGEMENT + offset) + "</port>"));
        String option = "-Djboss.socket.binding.port-offset=" + offset;
        if (!Files.readString(home.resolve("bin/standalone.conf")).contains(option)) {
            javaOptions(List.of(option));
        }
    }

    @Override
    void javaOptions(List<String> options) throws IOException {
        append(home.resolve("bin/standalone.conf"), "\nJAVA_OPTS=\"$JAVA_OPTS " + String.join(" ", options) + "\"\n");
    }

    @Override
    int http() {
        return HTTP + offset;
    }

    @Override
    Path log() {
        return home.resolve("standalone/log/server.log");
    }

    @Override
    protected Path deployments() {
        return home.resolve("standalone/deployments");
    }

    @Override
    protected Optional<ProcessHandle> process() {
        return process(pidFile());
    }

    @Override
    void behindProxy(Path shipped, List<String> javaOptions) throws IOException {
        String line = switchedOff(shipped.resolve("wildfly/single-sign-on.cli"), "/subsystem=undertow/server=default-server/");
        shell().run("bin/jboss-cli.sh --connect --command='" + line + "'");
        stop();
        javaOptions(javaOptions);
        start();
        awaitReady();
    }

    @Override
    void stop() throws IOException {
        shell().run("bin/jboss-cli.sh --connect --command=:shutdown");
        process().ifPresent(running -> running.onExit().join());
    }

    @Override
    void start() throws IOException {
        Files.deleteIfExists(log());
        Files.deleteIfExists(pidFile());
        shell().run("bin/standalone.sh &");
        awaitLog("WFLYSRV0025");
    }
}
