package dev.bellhop.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every link of the documents leads somewhere: to a file or picture of this checkout, and to a heading that is there. */
class LinksTest {

    private static final int README_LINES = 150;

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path document : Documents.all()) {
            for (String link : links(document)) {
                String wrong = wrong(document, link);
                if (wrong != null) {
                    broken.add(Documents.CHECKOUT.relativize(document) + ": " + link + ": " + wrong);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static Set<String> links(Path document) {
        String prose = String.join("\n", Documents.prose(document)).replaceAll("`[^`\n]*`", "code");
        Set<String> links = new TreeSet<>(Documents.matches("]\\(([^)\\s]+)\\)", prose));
        links.addAll(Documents.matches("\\b(?:src|srcset|href)=\"([^\"]*)\"", prose));
        return links;
    }

    private static String wrong(Path document, String link) {
        if (link.matches("[a-z]+:.*")) {
            return link.startsWith("https://") || link.startsWith("http://localhost") ? null : "neither https nor a file";
        }
        int hash = link.indexOf('#');
        String name = hash < 0 ? link : link.substring(0, hash);
        Path file = name.isEmpty() ? document : document.resolveSibling(name).normalize();
        if (!file.startsWith(Documents.CHECKOUT) || !Files.exists(file)) {
            return "no such file";
        }
        if (hash >= 0 && !Documents.anchors(file).contains(link.substring(hash + 1))) {
            return "no such heading, only " + Documents.anchors(file);
        }
        return null;
    }

    @Test
    void everyPageIsLinkedFromAnother() {
        Path pages = Documents.CHECKOUT.resolve("src/site/markdown");
        Set<Path> reached = new TreeSet<>();
        for (Path document : Documents.all()) {
            for (String link : links(document)) {
                if (!link.contains(":")) {
                    Path to = document.resolveSibling(link.replaceFirst("#.*", "")).normalize();
                    if (!to.equals(document)) {
                        reached.add(to);
                    }
                }
            }
        }
        assertThat(Documents.all()).filteredOn(document -> document.startsWith(pages)).isNotEmpty().allSatisfy(page -> assertThat(reached)
                .as("link it from the README or another page: " + page).contains(page));
    }

    @Test
    void everyFileOfServerConfigThatIsNamedIsThere() {
        for (Path document : Documents.all()) {
            for (String name : Documents.matches("(server-config/[a-z0-9-]+/[A-Za-z0-9-]+\\.[a-z0-9]+)", Documents.read(document))) {
                assertThat(Documents.CHECKOUT.resolve(name)).as(document + " names it").exists();
            }
        }
    }

    @Test
    void theReadmeIsOnePage() {
        assertThat(Documents.read("README.md").lines().count()).isLessThanOrEqualTo(README_LINES);
    }
}
