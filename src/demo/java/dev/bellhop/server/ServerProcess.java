package dev.bellhop.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** A server in the making or running, as a child process; its warnings and errors go to the console. */
public final class ServerProcess implements AutoCloseable {

    private static final int START_SECONDS = 180;
    private static final int STOP_SECONDS = 20;
    private static final Set<String> QUIET = Set.of("INFO", "AUDIT", "CONFIG", "FINE");
    private static final Pattern FRAME = Pattern.compile("^\\s+(at |\\.\\.\\. \\d)|^$");

    private final Server server;
    private final Process process;
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();

    private ServerProcess(Server server, Process process) {
        this.server = server;
        this.process = process;
    }

    /**
     * Starts a node.
     *
     * @param environment more of it
     * @param javaOptions more of them
     * @param console     where warnings and errors go
     */
    public static ServerProcess start(Server server, Installation node, Map<String, String> environment, List<String> javaOptions,
            PrintStream console) throws IOException {
        List<String> command = new ArrayList<>(OwnGroup.prefix());
        command.addAll(server.command(node, javaOptions));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(server.environment(node));
        builder.environment().putAll(environment);
        ServerProcess running = new ServerProcess(server, builder.start());
        try (OutputStream input = running.process.getOutputStream()) {
            input.write(server.input().getBytes(StandardCharsets.UTF_8));
        }
        Thread reader = new Thread(() -> running.read(console), "server-console");
        reader.setDaemon(true);
        reader.start();
        return running;
    }

    /** True when the server and all its applications have started, false when something in it has failed or it has ended. */
    public boolean awaitStart() throws InterruptedException {
        try {
            return started.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    public void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    public ProcessHandle handle() {
        return process.toHandle();
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
        boolean show = !server.chatters();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Server.ConsoleLine told = server.read(line);
                if (told.level() != null) {
                    show = !QUIET.contains(told.level());
                }
                if (told.started() != null) {
                    show &= !told.started();
                    started.complete(told.started());
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
