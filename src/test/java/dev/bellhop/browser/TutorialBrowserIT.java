package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.bellhop.stock.Commands;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tutorial says to put into a page does what it says, word for word, in a page that the server serves. */
class TutorialBrowserIT extends InBrowser {

    private static final String YOURS = "yours";

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = YOURS, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive application() {
        Path tutorial = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath().resolve(Commands.TUTORIAL);
        return ShrinkWrap.create(WebArchive.class, YOURS + ".war").addAsWebResource(new StringAsset(
                "<!DOCTYPE html><html lang=\"en\"><title>Yours</title>\n" + String.join("\n", Commands.block(tutorial, "page")) + "\n</html>"), "page.html");
    }

    @BeforeEach
    void deploy() {
        deployer.deploy(YOURS);
    }

    @AfterEach
    void undeploy() {
        deployer.undeploy(YOURS);
    }

    @Test
    void theTutorialsPageListsWhatComesAndItsBellCountsWhatWasKept() {
        String user = newUser();
        backend.post(user, "kept while away");
        desk(user);
        Page page = context.newPage();
        page.navigate("/yours/page.html");

        assertThat(page.locator("bellhop-bell #badge")).hasText("1");
        backend.post(user, "kept, page open");
        assertThat(page.locator("#notices li").last()).hasText("kept, page open");
        backend.publish(user, "not kept");
        assertThat(page.locator("#notices li").last()).hasText("not kept");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Notifications"))).click();
        assertThat(page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.LISTITEM)).hasCount(2);
    }
}
