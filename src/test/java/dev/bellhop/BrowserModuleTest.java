package dev.bellhop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Has Node.js run the browser module's own tests, {@code src/test/js}; where there is no Node.js 20 or newer, it is skipped, but in CI. */
class BrowserModuleTest {

    private static final Path TESTS = Path.of("src/test/js");

    private record Run(int exit, String output) {
    }

    @Test
    void theBrowserModulePassesItsOwnTests() throws Exception {
        boolean there = nodeVersion() >= 20;
        // why not skipped in CI: there nobody would see it
        assumeTrue(there || System.getenv("CI") != null, "Node.js 20 or newer is not there");
        assertThat(there).as("Node.js 20 or newer is there").isTrue();
        List<String> command = new ArrayList<>(List.of("node", "--test"));
        try (Stream<Path> files = Files.list(TESTS)) {
            files.map(Path::toString).filter(name -> name.endsWith(".test.mjs")).sorted().forEach(command::add);
        }
        assertThat(command).hasSizeGreaterThan(2);
        Run run = run(command);
        assertThat(run.exit()).as(run.output()).isZero();
    }

    @Test
    void noModuleMakesCodeOfText() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/webapp"))) {
            for (Path module : files.filter(file -> file.toString().endsWith(".js")).toList()) {
                assertThat(Files.readString(module)).as(module.toString()).doesNotContain("eval(", "new Function", "document.write", "insertAdjacentHTML", "outerHTML", "javascript:");
            }
        }
    }

    private static int nodeVersion() throws InterruptedException {
        try {
            String version = run(List.of("node", "--version")).output().trim();
            return version.matches("v\\d+\\..*") ? Integer.parseInt(version.substring(1, version.indexOf('.'))) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static Run run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
