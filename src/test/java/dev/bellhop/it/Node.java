package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.dmr.ModelNode;

/** One application server, seen from outside: its addresses, its process, and what can be done to it. */
public final class Node {

    private static final Duration START = Duration.ofSeconds(60);

    private final String name;
    private final int port;
    private final int management;
    private ContainerController containers;

    Node(String name, int port, int management) {
        this.name = name;
        this.port = port;
        this.management = management;
    }

    /** {@code http://localhost:…}, an origin. */
    public String origin() {
        return "http://localhost:" + port;
    }

    public URI http(String path) {
        return URI.create(origin() + path);
    }

    public URI webSocket() {
        return URI.create("ws://localhost:" + port + "/bellhop/ws");
    }

    public int port() {
        return port;
    }

    Node use(ContainerController controller) {
        containers = controller;
        return this;
    }

    public void startIfStopped() {
        if (!containers.isStarted(name)) {
            containers.start(name);
        }
    }

    /** Stops it in order, as for an update of the server. */
    public void stop() {
        containers.stop(name);
    }

    /** {@code kill -9}. {@link #startIfStopped} brings it back. */
    public void kill() {
        end();
        // so that Arquillian knows
        containers.kill(name);
    }

    /** Kills it, if it runs. */
    void end() {
        find().ifPresent(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
    }

    /** Undeploys the WAR and deploys it again. */
    public void redeploy(String war) {
        undeploy(war);
        deploy(war);
    }

    public void undeploy(String war) {
        manage(war, "undeploy");
    }

    public void deploy(String war) {
        manage(war, "deploy");
    }

    /** The names of the threads that live in the server. */
    public List<String> threads() {
        return jcmd("Thread.print").lines()
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1, line.indexOf('"', 1)))
                .toList();
    }

    /** How many class loaders of this WAR the server still holds, after a full collection. */
    public long classLoaders(String war) {
        jcmd("GC.run");
        return jcmd("VM.classloaders").lines()
                .filter(line -> line.contains("\"deployment." + war + "\"") || line.contains("'deployment." + war + "'"))
                .count();
    }

    /** Bytes of heap in use after a full collection. */
    public long liveHeap() {
        String histogram = jcmd("GC.class_histogram");
        String total = histogram.substring(histogram.lastIndexOf("Total")).trim();
        return Long.parseLong(total.split("\\s+")[2]);
    }

    /** What the JDK's {@code jcmd} says about the server. */
    public String jcmd(String command) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(tool, Long.toString(process().pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public ProcessHandle process() {
        return find().orElseThrow(() -> new IllegalStateException(name + " does not run"));
    }

    /** Waits until Bellhop says that it is ready. */
    public void awaitReady() {
        await().atMost(START).pollInterval(100, TimeUnit.MILLISECONDS).ignoreExceptions()
                .until(() -> Login.none(this).get("/bellhop/health/ready").statusCode() == 200);
    }

    private Optional<ProcessHandle> find() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("-Djboss.node.name=" + name + " "))
                .findFirst();
    }

    /** Sets one of Bellhop's settings for the next deployment; null takes it away. */
    public void setting(String name, String value) {
        ModelNode request = new ModelNode();
        request.get("operation").set(value == null ? "remove" : "add");
        request.get("address").add("system-property", name);
        if (value != null) {
            request.get("value").set(value);
        }
        manage(request);
    }

    /** How many HTTP sessions of this WAR there are. */
    public int activeSessions(String war) {
        ModelNode request = new ModelNode();
        request.get("operation").set("read-attribute");
        request.get("address").add("deployment", war).add("subsystem", "undertow");
        request.get("name").set("active-sessions");
        return manage(request).asInt();
    }

    private void manage(String war, String operation) {
        ModelNode request = new ModelNode();
        request.get("operation").set(operation);
        request.get("address").add("deployment", war);
        manage(request);
    }

    private ModelNode manage(ModelNode request) {
        try (ModelControllerClient client = ModelControllerClient.Factory.create("localhost", management)) {
            ModelNode answer = client.execute(request);
            if (!answer.get("outcome").asString().equals("success")) {
                throw new IllegalStateException(answer.toString());
            }
            return answer.get("result");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
