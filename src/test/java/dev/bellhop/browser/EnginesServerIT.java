package dev.bellhop.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bellhop.it.WithServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The pages in the other browser engines, on each server: {@code src/test/js/engines}, run by Node.js. What an engine needs is
 * installed by {@code .ci/run}; where it is not there the test is skipped, but in CI it fails.
 */
class EnginesServerIT extends WithServers {

    @Test
    void inFirefox() throws Exception {
        run("firefox", "puppeteer-core", Path.of("/usr/bin/firefox-esr"), 940);
    }

    @Test
    void inWebKit() throws Exception {
        run("webkit", "selenium-webdriver", Path.of("/usr/bin/WebKitWebDriver"), 960);
    }

    private void run(String engine, String driver, Path executable, int firstUser) throws IOException, InterruptedException {
        Path checkout = Path.of(System.getProperty("project.basedir"));
        boolean there = Files.isExecutable(executable) && Files.isDirectory(checkout.resolve("target/js/node_modules").resolve(driver));
        // why not skipped in CI: there nobody would see it
        assumeTrue(there || System.getenv("CI") != null, engine + " is not there: see .ci/run");
        assertThat(there).as("%s and %s are there; .ci/run installs them", executable, driver).isTrue();
        ProcessBuilder suite = new ProcessBuilder("node", "--test", "--test-reporter=spec", "src/test/js/engines/suite.mjs").directory(checkout.toFile());
        suite.environment().put("ENGINE", engine);
        suite.environment().put("BASE_URL", first.origin());
        suite.environment().put("USERS", IntStream.range(firstUser, firstUser + 20).mapToObj(i -> "guest" + i).collect(Collectors.joining(",")));
        Path output = Files.createTempFile(checkout.resolve("target"), engine, ".txt");
        Process process = suite.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(5, TimeUnit.MINUTES);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        System.out.println(engine + " on " + first.server() + ": " + said.lines().filter(line -> line.matches("(.*Firefox.*|.*WebKit.*|.* duration_ms.*)")).limit(2).toList());
        assertThat(ended).as("the suite ended: " + said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).as("tests were run").contains("pass ");
    }
}
