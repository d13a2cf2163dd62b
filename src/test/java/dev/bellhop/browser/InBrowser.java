package dev.bellhop.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.options.ScreenshotAnimations;
import dev.bellhop.it.WithServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A test in a real browser, on the demonstration's pages as the servers serve them. Each test has cookies of its own and, if
 * it likes, a user of its own. An error in the browser's console that a test does not expect fails it, and so does a request
 * to anywhere else than the servers. What a failed test saw is kept as {@code target/screenshots/failed-*}.
 */
@Tag("wildfly") // what a browser sees is the same on all servers
abstract class InBrowser extends WithServers {

    private static final AtomicInteger USERS = new AtomicInteger(700);

    private final List<String> problems = new ArrayList<>();
    private final List<Pattern> expected = new ArrayList<>();
    private final List<BrowserContext> contexts = new ArrayList<>();
    private Browser browser;

    protected final Backend backend = new Backend(first, redis);

    /** One browser profile: its pages share their cookies. */
    protected BrowserContext context;

    @RegisterExtension
    final BeforeEachCallback chromium = test -> browser = Chromium.of(test);

    // why not @AfterEach: it is not told how the test went
    @RegisterExtension
    final AfterTestExecutionCallback outcome = this::judge;

    @BeforeEach
    void openContext() {
        context = newContext(options());
    }

    @AfterEach
    void closeContexts() {
        contexts.forEach(BrowserContext::close);
    }

    /** What the test's {@link #context} is like. */
    protected Browser.NewContextOptions options() {
        return new Browser.NewContextOptions().setViewportSize(1200, 820).setLocale("en-GB");
    }

    /** Where its pages come from. */
    protected String origin() {
        return first.origin();
    }

    /** Instead of the one that there is. */
    protected void useContext(Browser.NewContextOptions options) {
        context.close();
        contexts.remove(context);
        context = newContext(options);
    }

    /** Another browser, with a login of its own. */
    protected BrowserContext newContext(Browser.NewContextOptions options) {
        BrowserContext made = browser.newContext(options.setBaseURL(origin()));
        contexts.add(made);
        made.setDefaultTimeout(Chromium.PATIENCE);
        made.tracing().start(new Tracing.StartOptions().setSnapshots(true));
        made.onConsoleMessage(this::heard);
        made.onWebError(error -> problems.add("script error: " + error.error()));
        made.onRequest(request -> {
            if (!request.url().matches("(http://localhost:|data:|blob:).*")) {
                problems.add("a request to elsewhere: " + request.url());
            }
        });
        made.onDialog(dialog -> {
            problems.add("a dialog, so a script ran: " + dialog.message());
            dialog.dismiss();
        });
        return made;
    }

    /** From here on, each page has a connection of its own, which the test can see and cut: as in a browser without shared workers. */
    protected void connectEachPage() {
        context.addInitScript("delete globalThis.SharedWorker");
    }

    /** A user that no other test has; the password is the name. */
    protected static String newUser() {
        return "guest" + USERS.getAndIncrement();
    }

    /** A new tab in {@link #context} that shows the login form. */
    protected Desk desk() {
        return Desk.open(context);
    }

    /** A new tab in {@link #context}, logged in and connected. */
    protected Desk desk(String user) {
        return desk().logIn(user).awaitConnected();
    }

    /** From here on, a console error with that in it is no problem. */
    protected void expectConsoleError(String pattern) {
        expected.add(Pattern.compile(pattern));
    }

    /** A server that goes away breaks connections, which every browser writes into its console. */
    protected void expectBrokenConnections() {
        expectConsoleError("WebSocket connection to|net::ERR_|status of (401|403|404|502|503)");
    }

    static Path screenshots() {
        return Path.of(System.getProperty("project.basedir", "")).toAbsolutePath().resolve("target/screenshots");
    }

    /** Checks the page for barriers, and keeps a picture of it; see {@link LooksBrowserIT}. */
    protected static void picture(Page page, String name) {
        Axe.assertNoViolations(page);
        Path made = screenshots().resolve(name + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(made).setAnimations(ScreenshotAnimations.DISABLED));
        Path shown = screenshots().resolve("../../src/site/images").resolve(made.getFileName()).normalize();
        if (Boolean.getBoolean("refresh.images") && Files.exists(shown)) {
            try {
                Files.copy(made, shown, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void heard(ConsoleMessage message) {
        if (message.type().equals("error") && expected.stream().noneMatch(pattern -> pattern.matcher(message.text() + message.location()).find())) {
            problems.add("console: " + message.text() + " (" + message.location() + ")");
        }
    }

    private void judge(ExtensionContext test) {
        boolean failed = test.getExecutionException().isPresent();
        String name = getClass().getSimpleName() + "-" + test.getRequiredTestMethod().getName();
        if (failed || !problems.isEmpty()) {
            keep(name);
        }
        if (!failed) {
            assertThat(problems).as("problems that the browser saw").isEmpty();
        }
        problems.forEach(problem -> System.err.println(name + ": " + problem));
    }

    private void keep(String name) {
        int number = 0;
        for (BrowserContext each : contexts) {
            for (Page page : each.pages()) {
                Path picture = screenshots().resolve("failed-" + name + "-" + ++number + ".png");
                try {
                    page.screenshot(new Page.ScreenshotOptions().setPath(picture));
                } catch (PlaywrightException e) {
                    problems.add("no screenshot: " + e.getMessage());
                }
            }
            each.tracing().stop(new Tracing.StopOptions().setPath(screenshots().resolve("failed-" + name + "-" + ++number + ".zip")));
        }
    }
}
