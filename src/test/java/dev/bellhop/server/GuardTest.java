package dev.bellhop.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no shell to guard with")
class GuardTest {

    /** A launcher as the demonstration's is: two children, and it waits. */
    public static final class Launcher {
        private Launcher() {
        }

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Guard guard = Guard.start();
            Process last = null;
            for (int i = 0; i < 2; i++) {
                List<String> command = new ArrayList<>(OwnGroup.prefix());
                command.addAll(List.of("sleep", "600"));
                last = new ProcessBuilder(command).start();
                guard.watch(last.toHandle());
                System.out.println(last.pid());
            }
            last.waitFor();
        }
    }

    private static boolean runs(ProcessHandle process) {
        // why the command: who has ended but was not yet taken leave of is alive to the system, without one
        return process.isAlive() && process.info().command().isPresent();
    }

    @Test
    void theChildrenOfALauncherThatIsKilledEnd() throws IOException {
        Process launcher = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), Launcher.class.getName()).start();
        List<ProcessHandle> children = new ArrayList<>();
        try (BufferedReader lines = launcher.inputReader()) {
            for (int i = 0; i < 2; i++) {
                children.add(ProcessHandle.of(Long.parseLong(lines.readLine())).orElseThrow());
            }
            assertThat(children).allMatch(GuardTest::runs);
            launcher.destroyForcibly();
            await().atMost(Duration.ofSeconds(60)).until(() -> children.stream().noneMatch(GuardTest::runs));
        } finally {
            launcher.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void aGuardThatIsClosedEndsNothing() throws IOException {
        Process child = new ProcessBuilder("sleep", "600").start();
        try {
            Guard guard = Guard.start();
            guard.watch(child.toHandle());
            guard.close();
            assertThat(runs(child.toHandle())).isTrue();
        } finally {
            child.destroyForcibly();
        }
    }
}
