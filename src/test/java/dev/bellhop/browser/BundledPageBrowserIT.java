package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.bellhop.stock.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A page in TypeScript that takes the browser modules from the npm package, as {@code npm pack target/npm} makes it: installed,
 * checked for types, bundled, and opened in the browser.
 */
class BundledPageBrowserIT extends InBrowser {

    private static final Path CHECKOUT = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath();
    private static final Path PAGE = CHECKOUT.resolve("target/it/npm");
    private static final String HTML = """
            <!DOCTYPE html><html lang="en"><title>Bundled</title><h1></h1><ul></ul><script type="module" src="/shop/bundled/page.js"></script></html>
            """;

    @BeforeAll
    static void build() throws IOException {
        Shell.require("node");
        Shell.require("npm");
        Files.createDirectories(PAGE);
        try (Stream<Path> sources = Files.list(CHECKOUT.resolve("src/test/npm"))) {
            for (Path source : sources.toList()) {
                Files.copy(source, PAGE.resolve(source.getFileName()), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        new Shell(PAGE, PAGE.resolve("npm.out")).with("npm_config_update_notifier", "false").run("""
                rm -f *.tgz
                npm pack --silent --pack-destination . ../../npm
                npm install --no-audit --no-fund --no-package-lock --no-save --prefer-offline ./*.tgz
                npm run build
                """);
    }

    @Test
    void thePackageHasTheModulesTheirTypesAndNothingElse() throws IOException {
        List<String> expected;
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("src/main/webapp"))) {
            expected = Stream.concat(files.map(file -> file.getFileName().toString()).filter(name -> name.matches(".*\\.(js|d\\.ts)")),
                    Stream.of("package.json", "README.md", "LICENSE")).sorted().toList();
        }
        try (Stream<Path> files = Files.list(PAGE.resolve("node_modules/@bellhop/browser"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted()).isEqualTo(expected);
        }
        assertThat(Files.readString(PAGE.resolve("node_modules/@bellhop/browser/package.json"))).doesNotContain("${");
    }

    @Test
    void aBundledPageLogsInShowsWhatComesAndHasTheBell() {
        String user = newUser();
        backend.post(user, "while away");
        desk(user); // the login of the existing application
        context.route("**/shop/bundled/page.js",
                route -> route.fulfill(new Route.FulfillOptions().setContentType("text/javascript").setPath(PAGE.resolve("page.js"))));
        Page page = context.newPage();
        // why not a page that the test makes up: Chromium lets only what a local server has sent connect to it
        page.navigate("/bellhop/health/live");
        page.setContent(HTML);
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1))).hasText(user);

        backend.post(user, "to the bundle");
        Locator notices = page.locator("body > ul > li");
        assertThat(notices.last()).hasText("to the bundle");
        assertThat(page.locator("bellhop-bell #badge")).hasText("2");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Notifications"))).click();
        Locator panel = page.getByRole(AriaRole.DIALOG, new Page.GetByRoleOptions().setName("Notifications"));
        assertThat(panel.getByRole(AriaRole.LISTITEM)).hasCount(2);
    }
}
