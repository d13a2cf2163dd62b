package dev.bellhop.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.impl.driver.Driver;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The one browser of the whole test run: one that is on the machine, else the one that Playwright downloads.
 *
 * <p>Not thread-safe, as nothing of Playwright's is.
 */
final class Chromium implements AutoCloseable {

    /** Milliseconds. Why so many: a busy machine must not make a test red. */
    static final int PATIENCE = 30_000;

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Chromium.class);
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome.exe", "msedge.exe");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Or why there is none. */
    private record Found(Chromium chromium, String problem) implements AutoCloseable {

        @Override
        public void close() {
            if (chromium != null) {
                chromium.close();
            }
        }
    }

    /** Started at the first call. Where there is none, the test is skipped; in CI, where nobody would see that, it fails. */
    static Browser of(ExtensionContext context) {
        Found found = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Found.class, key -> find(), Found.class);
        if (found.chromium == null) {
            String problem = "No browser: neither Chromium nor Chrome is on this machine, and Playwright's own cannot be had: " + found.problem;
            if (System.getenv("CI") != null) {
                throw new IllegalStateException(problem);
            }
            Assumptions.abort(problem);
        }
        return found.chromium.browser;
    }

    private static Found find() {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
        Optional<Path> installed = installed();
        try {
            if (installed.isEmpty()) {
                download();
            }
            Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            BrowserType.LaunchOptions options = new BrowserType.LaunchOptions().setArgs(arguments()).setTimeout(60_000);
            installed.ifPresent(options::setExecutablePath);
            return new Found(new Chromium(playwright, playwright.chromium().launch(options)), null);
        } catch (IOException | PlaywrightException e) {
            return new Found(null, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Found(null, "interrupted");
        }
    }

    private static Optional<Path> installed() {
        Stream<Path> mac = Stream.of("Google Chrome", "Chromium").map(name -> Path.of("/Applications", name + ".app", "Contents/MacOS", name));
        Stream<Path> path = Stream.of((System.getenv("PATH") + File.pathSeparator + "/usr/bin").split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
        return Stream.concat(path, mac).filter(Files::isRegularFile).filter(Files::isExecutable).findFirst();
    }

    /** Why not left to Playwright: it would download the browsers of all makers. */
    private static void download() throws IOException, InterruptedException {
        ProcessBuilder install = Driver.ensureDriverInstalled(Map.of(), false).createProcessBuilder();
        install.command().addAll(List.of("install", "chromium"));
        Process process = install.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(output.lines().limit(3).reduce("", (a, b) -> a + " " + b));
        }
    }

    private static List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                // nothing but the servers under test can be reached
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"));
        if ("root".equals(System.getProperty("user.name"))) {
            arguments.add("--no-sandbox"); // Chromium refuses root's otherwise
        }
        return arguments;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
