package dev.bellhop.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.wildfly.core.launcher.StandaloneCommandBuilder;

/** A WildFly in the making or running, as a child process; its warnings and errors go to the console. */
final class WildFly implements AutoCloseable {

    /** WildFly's own HTTP port; its other ports keep their distance from it. */
    static final int HTTP = 8080;
    private static final int MANAGEMENT = 9990;
    private static final int HTTPS = 8443;

    private static final int START_SECONDS = 180;
    private static final int STOP_SECONDS = 20;
    private static final Pattern LINE = Pattern.compile("^(?:\\e\\[[0-9;]*m)*\\d\\d:\\d\\d:\\d\\d,\\d+ +(?<level>[A-Z]+) .*");
    /** Warnings about the key-store of WildFly's own HTTPS, which it makes itself at need. */
    private static final Pattern HARMLESS = Pattern.compile("WFLYELY00023|WFLYELY01084");
    private static final Pattern FRAME = Pattern.compile("^\\s+(at |\\.\\.\\. \\d)|^$");
    private static final Pattern STARTED = Pattern.compile("WFLYSRV002[56]");

    private final Process process;
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();

    private WildFly(Process process) {
        this.process = process;
    }

    /** The ports that a node opens whose HTTP port this is. */
    static List<Integer> ports(int http) {
        return List.of(http, http - HTTP + MANAGEMENT, http - HTTP + HTTPS);
    }

    static WildFly start(ServerDirectory directory, int port, Map<String, String> environment, List<String> properties)
            throws IOException {
        List<String> command = new ArrayList<>(OwnGroup.prefix());
        command.addAll(StandaloneCommandBuilder.of(directory.home())
                .setBaseDirectory(directory.base())
                .setServerConfiguration("standalone.xml")
                .addJavaOption("-Djava.io.tmpdir=" + directory.base().resolve("tmp"))
                .addJavaOption("-Djboss.node.name=node-" + port)
                .addJavaOption("-Djboss.socket.binding.port-offset=" + (port - HTTP))
                // why: the demonstration is on plain HTTP
                .addJavaOption("-Dbellhop.single-sign-on.secure=false")
                .addJavaOptions(properties)
                .build());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        WildFly server = new WildFly(builder.start());
        Thread reader = new Thread(() -> server.read(System.out), "wildfly-console");
        reader.setDaemon(true);
        reader.start();
        return server;
    }

    /** True when the server and all its deployments have started, false when something in it has failed or it has ended. */
    boolean awaitStart() throws InterruptedException {
        try {
            return started.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        if (!RedisProcess.await(process, STOP_SECONDS)) {
            process.destroyForcibly();
            RedisProcess.await(process, STOP_SECONDS);
        }
    }

    /** Lets warnings, errors and what the JVM itself has to say through, with their causes but without the stack. */
    private void read(PrintStream console) {
        boolean show = true;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                var matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    String level = matcher.group("level");
                    show = !level.equals("INFO") && !HARMLESS.matcher(line).find();
                    var end = STARTED.matcher(line);
                    if (end.find()) {
                        show = false;
                        started.complete(end.group().endsWith("5"));
                    }
                }
                if (show && !FRAME.matcher(line).find()) {
                    console.println(line);
                }
            }
        } catch (IOException e) {
            // the process has ended
        } finally {
            started.complete(false);
        }
    }
}
