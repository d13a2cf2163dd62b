package dev.bellhop.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** axe-core: what of a page a machine can tell to be a barrier to somebody. */
final class Axe {

    private static final String SCRIPT = script();

    private Axe() {
    }

    /** Fails with what is wrong, and where. */
    static void assertNoViolations(Page page) {
        // colours that are still fading in have another contrast; a document's own list leaves out what moves in shadow trees
        page.evaluate("""
                () => {
                  const moving = (root) => [...root.getAnimations(),
                    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? moving(shadowRoot) : []))];
                  return Promise.allSettled(moving(document).map(({ finished }) => finished));
                }
                """);
        page.evaluate(SCRIPT);
        Object violations = page.evaluate("""
                async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.flatMap(({ id, help, nodes }) =>
                  nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`))
                """);
        assertThat((List<?>) violations).as("barriers at " + page.url()).isEmpty();
    }

    private static String script() {
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
