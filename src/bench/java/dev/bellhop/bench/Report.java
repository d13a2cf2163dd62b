package dev.bellhop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What was measured, written after each scenario, so that a run which is cut leaves what it has. */
final class Report {
    private final Path directory;
    private final String command;
    private final List<String> versions = new ArrayList<>();
    private final Map<String, StringBuilder> sections = new LinkedHashMap<>();
    private final Map<String, List<Figure>> figures = new LinkedHashMap<>();
    private final Capacity capacity = new Capacity();

    Report(Path directory, String command) {
        this.directory = directory;
        this.command = command;
    }

    /** What this run tells about Bellhop's needs. */
    Capacity capacity() {
        return capacity;
    }

    void version(String contender, String version, String without) {
        versions.add("| " + contender + " | " + version + " | " + without + " |");
    }

    /** One row under a heading, whose table begins with {@code head}. */
    void row(String heading, String head, String row) throws IOException {
        sections.computeIfAbsent(heading, none -> new StringBuilder(head)).append(row);
        write();
    }

    /** One row of a table with curves. */
    void figure(String heading, Figure figure) throws IOException {
        figures.computeIfAbsent(heading, none -> new ArrayList<>()).add(figure);
        row(heading, Figure.HEAD, figure.row());
    }

    /**
     * How many times the CPU of the dearest other a delivery by one contender costs, at the rate where this is most. Without the compilers: a server that
     * has just started compiles more than a peer.
     *
     * @return infinity if it has lost something, or there is nothing to compare with
     */
    double timesTheOthers(String contender) {
        List<Figure> all = figures.values().stream().flatMap(List::stream).toList();
        return all.stream().filter(figure -> figure.contender().equals(contender)).mapToDouble(figure -> figure.lost() > 0 ? Double.POSITIVE_INFINITY
                : figure.warmMicros() / all.stream().filter(other -> !other.contender().equals(contender) && other.rate() == figure.rate()).mapToDouble(Figure::warmMicros).max().orElse(0))
                .max().orElse(Double.POSITIVE_INFINITY);
    }

    private String machine() throws IOException {
        String processor = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst(".*: ", "")).findFirst().orElse("?");
        String memory = Files.readAllLines(Path.of("/proc/meminfo")).get(0).replaceAll("\\D+", "");
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[2];
        return "%d cores (%s), %d GB, %s %s; server, Redis and load generator share them. Load average over 15 minutes at the end: %s.".formatted(
                Runtime.getRuntime().availableProcessors(), processor, Long.parseLong(memory) / 1_000_000, System.getProperty("os.name"), System.getProperty("os.version"), load);
    }

    private void write() throws IOException {
        String top = "# Benchmark\n\n" + Instant.now().truncatedTo(ChronoUnit.MINUTES) + ". " + machine() + "\n\n    " + command + "\n\n"
                + "| | version | what it does not do that Bellhop does |\n|---|---|---|\n" + String.join("\n", versions) + "\n";
        StringBuilder text = new StringBuilder(top);
        StringBuilder page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"UTF-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>Benchmark</title>"
                + "<style>body{font-family:sans-serif;max-width:60rem;margin:auto;padding:1rem}td,th{padding:.2rem .6rem;text-align:right}td:first-child{text-align:left}svg{max-width:100%}</style></head><body>")
                .append(html(top));
        for (Map.Entry<String, StringBuilder> section : sections.entrySet()) {
            text.append("\n## ").append(section.getKey()).append("\n\n").append(section.getValue());
            page.append(html("## " + section.getKey() + "\n\n" + section.getValue()));
            List<Figure> curves = figures.get(section.getKey());
            if (curves != null) {
                page.append(chart(section.getKey() + ": latency p50", "ms", curves, figure -> figure.millis(50)));
                page.append(chart(section.getKey() + ": latency p99", "ms", curves, figure -> figure.millis(99)));
                page.append(chart(section.getKey() + ": server CPU", "µs each", curves, Figure::cpuMicros));
            }
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("report.md"), text);
        Files.writeString(directory.resolve("report.html"), page.append("</body></html>"));
    }

    private static String chart(String title, String unit, List<Figure> figures, ToDoubleFunction<Figure> value) {
        Map<String, List<double[]>> curves = new LinkedHashMap<>();
        figures.forEach(figure -> curves.computeIfAbsent(figure.contender(), none -> new ArrayList<>()).add(new double[] {figure.rate(), value.applyAsDouble(figure)}));
        return "<figure>" + Chart.svg(title, "a second", unit, curves) + "</figure>";
    }

    /** As much of Markdown as is written here. */
    private static String html(String markdown) {
        StringBuilder html = new StringBuilder();
        boolean table = false;
        for (String line : markdown.lines().toList()) {
            if (line.startsWith("|---")) {
                continue;
            }
            if (line.startsWith("|") != table) {
                html.append(table ? "</table>" : "<table>");
                table = !table;
            }
            if (table) {
                html.append(List.of(line.substring(1, line.length() - 1).split("\\|", -1)).stream().map(cell -> "<td>" + cell.strip() + "</td>")
                        .collect(Collectors.joining("", "<tr>", "</tr>")));
            } else if (line.startsWith("#")) {
                html.append(line.startsWith("##") ? "<h2>" : "<h1>").append(line.replaceFirst("#+ ", "")).append(line.startsWith("##") ? "</h2>" : "</h1>");
            } else if (!line.isBlank()) {
                html.append("<p>").append(line.startsWith("    ") ? "<code>" + line.strip() + "</code>" : line).append("</p>");
            }
        }
        return html.append(table ? "</table>" : "").toString();
    }
}
