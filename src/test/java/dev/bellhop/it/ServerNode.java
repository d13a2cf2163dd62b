package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Server;
import dev.bellhop.server.ServerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.ContainerController;

/** One application server, seen from outside: its addresses, its process, and what can be done to it. */
public final class ServerNode {

    private static final Duration START = Duration.ofMinutes(3);

    private final Server server;
    private final Installation installation;
    private final Management management;
    private ContainerController containers;
    private ServerProcess running;

    ServerNode(Server server, Installation installation) {
        this.server = server;
        this.installation = installation;
        this.management = Management.of(server, installation);
    }

    /** {@code http://localhost:…}, an origin. */
    public String origin() {
        return "http://localhost:" + port();
    }

    public URI http(String path) {
        return URI.create(origin() + path);
    }

    public URI webSocket() {
        return URI.create("ws://localhost:" + port() + "/bellhop/ws");
    }

    public int port() {
        return installation.http();
    }

    /** Which server it is: tests say with it where servers differ. */
    public String server() {
        return server.name();
    }

    ServerNode use(ContainerController controller) {
        containers = controller;
        return this;
    }

    /** Stops it in order, unless it does not run. */
    public void stopIfStarted() {
        if (containers.isStarted(installation.name())) {
            stop();
        }
    }

    /** @return whether it had to be started; then it need not be ready yet */
    public boolean startIfStopped() {
        boolean stopped = !containers.isStarted(installation.name());
        if (stopped) {
            containers.start(installation.name());
        }
        return stopped;
    }

    /** Stops it in order, as for an update of the server. */
    public void stop() {
        containers.stop(installation.name());
    }

    /** {@code kill -9}. {@link #startIfStopped} brings it back. */
    public void kill() {
        end();
        // so that Arquillian knows
        containers.kill(installation.name());
    }

    /** Starts the server's process and returns when its applications have started; for {@link NodeContainer}. */
    void launch(List<String> javaOptions) throws IOException, InterruptedException {
        running = ServerProcess.start(server, installation, Map.of(), javaOptions, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        if (!running.awaitStart()) {
            end();
            throw new IOException(server.name() + " has not started as it should; its log ends so:\n" + tail(server.log(installation)));
        }
    }

    /** Ends the server's process in order, if it runs; for {@link NodeContainer}. */
    void shutDown() {
        if (running != null) {
            running.close();
        }
    }

    /** Kills it, if it runs. */
    void end() {
        if (running != null) {
            running.handle().destroyForcibly();
            running.handle().onExit().join();
        }
    }

    /** What the server has logged since it started. */
    public String log() {
        try {
            return Files.readString(server.log(installation));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    /** Undeploys the WAR and deploys it again. */
    public void redeploy(String war) {
        undeploy(war);
        deploy(war);
    }

    public void undeploy(String war) {
        management.undeploy(war);
    }

    /** Deploys one of the WARs that were there from the start. */
    public void deploy(String war) {
        deploy(installation.wars().stream().filter(path -> path.endsWith(war)).findFirst().orElseThrow());
    }

    /** @throws IllegalStateException if the server refuses; the message says why */
    public void deploy(Path war) {
        management.deploy(war);
    }

    /** The names of the threads that live in the server. */
    public List<String> threads() {
        return jcmd("Thread.print").lines()
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .toList();
    }

    /** How many deployments of {@code bellhop.war} the server still holds class loaders of, after a full collection. */
    public long classLoaders() {
        jcmd("GC.run");
        return jcmd("VM.classloaders", "show-classes=true").lines().filter(line -> line.endsWith(" dev.bellhop.app.Lifecycle")).count();
    }

    /** Bytes of heap in use after a full collection. */
    public long liveHeap() {
        String histogram = jcmd("GC.class_histogram");
        String total = histogram.substring(histogram.lastIndexOf("Total")).trim();
        return Long.parseLong(total.split("\\s+")[2]);
    }

    /** How many HTTP sessions there are in all applications, and sign-ons where they can be told. */
    public int heldLogins() {
        return jcmd("GC.class_histogram").lines().map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length > 3 && management.loginClasses().contains(row[3]))
                .mapToInt(row -> Integer.parseInt(row[1])).sum();
    }

    /** What the JDK's {@code jcmd} says about the server. */
    public String jcmd(String... command) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            ProcessBuilder builder = new ProcessBuilder(tool, Long.toString(process().pid())).redirectErrorStream(true);
            builder.command().addAll(List.of(command));
            return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ProcessHandle process() {
        if (running == null || !running.handle().isAlive()) {
            throw new IllegalStateException(installation.name() + " does not run");
        }
        return running.handle();
    }

    /** Waits until Bellhop says that it is ready. */
    public void awaitReady() {
        await().atMost(START).pollInterval(100, TimeUnit.MILLISECONDS).ignoreExceptions()
                .until(() -> FormLogin.none(this).get("/bellhop/health/ready").statusCode() == 200);
    }

    /** Sets one of Bellhop's settings for the next deployment; null takes it away. */
    public void setting(String name, String value) {
        management.setting(name, value);
    }
}
