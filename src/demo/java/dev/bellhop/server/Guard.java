package dev.bellhop.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the launcher's children when the launcher has been killed and could not do it itself ({@code kill -9}): the newest first,
 * each with time to end in order.
 *
 * <p>It is a shell whose standard input ends with the launcher. Where there is no {@code sh} there is no guard.
 */
public final class Guard implements AutoCloseable {

    private static final String SCRIPT = """
            trap '' INT HUP
            pids=
            while read -r pid; do pids="$pid $pids"; done
            for pid in $pids; do
              kill "$pid" 2>/dev/null || continue
              tries=0
              while kill -0 "$pid" 2>/dev/null && [ $tries -lt 20 ]; do sleep 1; tries=$((tries + 1)); done
              kill -9 "$pid" 2>/dev/null
            done
            """;

    private final Process shell;

    private Guard(Process shell) {
        this.shell = shell;
    }

    public static Guard start() {
        List<String> command = new ArrayList<>(OwnGroup.prefix());
        command.addAll(List.of("sh", "-c", SCRIPT));
        try {
            return new Guard(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start());
        } catch (IOException noShell) {
            return new Guard(null);
        }
    }

    /** From now on this child ends with the launcher. */
    public void watch(ProcessHandle child) {
        if (shell == null) {
            return;
        }
        try {
            shell.getOutputStream().write((child.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
        } catch (IOException guardIsGone) {
            return; // why nothing more: the launcher itself still ends its children
        }
    }

    /** The launcher has ended its children; why killed: it would send signals to ids that may be others' by now. */
    @Override
    public void close() {
        if (shell != null) {
            shell.destroyForcibly();
        }
    }
}
