package dev.bellhop.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.live.TestNode;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The alert rules, the dashboard and operating.md name the metrics that {@code /metrics} gives, and no others. */
class MonitoringTest {

    private static final String NAME = "\\b(bellhop_[a-z_]+[a-z])\\b";
    private static final String OPERATING = "src/site/markdown/operating.md";

    private static Set<String> given;

    /** What a node shows at once; and, from the sources, what it shows only after it has counted something. */
    @BeforeAll
    static void ask() throws IOException {
        Set<String> shown;
        try (TestNode node = TestNode.start("redis://localhost:1")) { // nobody listens there
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(text, node.metrics().registry().scrape());
            shown = Documents.matches("(?m)^# TYPE (\\S+) ", text.toString(StandardCharsets.UTF_8));
        }
        Set<String> written = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Documents.CHECKOUT.resolve("src/main/java"))) {
            for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                String java = Documents.read(source);
                Documents.matches("\\bcounter\\(\\s*\"([a-z_]+)\"", java).forEach(name -> written.add("bellhop_" + name + "_total"));
                Documents.matches("\\bgauge\\(\\s*\"([a-z_]+[a-z])\"", java).forEach(name -> written.add("bellhop_" + name));
            }
        }
        Pattern lanes = Pattern.compile("bellhop_tasks_(waiting|blocked)_.*"); // their names are made
        assertThat(shown).hasSizeGreaterThan(30).filteredOn(name -> !lanes.matcher(name).matches()).allSatisfy(name -> assertThat(written).contains(name));
        given = new TreeSet<>(written);
        given.addAll(shown);
    }

    @Test
    void operatingSaysOfEachMetricWhatToDo() {
        assertThat(Documents.matches(NAME, Documents.read(OPERATING))).as("the metrics in the tables of " + OPERATING + ", against those of the code")
                .isEqualTo(given);
    }

    @Test
    void eachAlertHasARuleOfMetricsThatExistAndSaysWhatToDo() {
        Map<String, List<Map<String, Object>>> file = new Yaml().load(Documents.read("server-config/prometheus/alerts.yml"));
        List<String> names = new ArrayList<>();
        for (Map<String, Object> group : file.get("groups")) {
            for (Object each : (List<?>) group.get("rules")) {
                Map<?, ?> rule = (Map<?, ?>) each;
                names.add((String) rule.get("alert"));
                assertExists((String) rule.get("expr"));
                assertThat(((Map<?, ?>) rule.get("labels")).get("severity")).as(rule.toString()).isIn("page", "ticket");
                assertThat(((Map<?, ?>) rule.get("annotations")).keySet().stream().map(String::valueOf).collect(Collectors.toSet())).as(rule.toString())
                        .isEqualTo(Set.of("summary", "action"));
            }
        }
        assertThat(names).hasSizeGreaterThan(10).doesNotHaveDuplicates().doesNotContainNull();
    }

    @Test
    void eachPanelShowsMetricsThatExistAndLiesOnNoOther() {
        JsonObject dashboard = Json.createReader(new StringReader(Documents.read("server-config/grafana/bellhop.json"))).readObject();
        List<JsonObject> panels = dashboard.getJsonArray("panels").getValuesAs(JsonObject.class);
        assertThat(panels.stream().map(panel -> panel.getInt("id"))).hasSizeGreaterThan(15).doesNotHaveDuplicates();
        Set<List<Integer>> taken = new TreeSet<>(java.util.Comparator.comparing(List::toString));
        for (JsonObject panel : panels) {
            JsonObject at = panel.getJsonObject("gridPos");
            for (int x = at.getInt("x"); x < at.getInt("x") + at.getInt("w"); x++) {
                for (int y = at.getInt("y"); y < at.getInt("y") + at.getInt("h"); y++) {
                    assertThat(x).isBetween(0, 23);
                    assertThat(taken.add(List.of(x, y))).as(panel.getString("title")).isTrue();
                }
            }
            JsonArray targets = panel.getJsonArray("targets");
            if (targets != null) {
                targets.getValuesAs(JsonObject.class).forEach(target -> assertExists(target.getString("expr")));
            }
        }
    }

    private static void assertExists(String expression) {
        Set<String> used = Documents.matches(NAME, expression);
        if (!expression.startsWith("up{")) { // Prometheus's own
            assertThat(used).as(expression).isNotEmpty();
        }
        assertThat(given).as(expression).containsAll(used);
        assertThat(expression.chars().filter(c -> c == '(').count()).as(expression).isEqualTo(expression.chars().filter(c -> c == ')').count());
    }
}
