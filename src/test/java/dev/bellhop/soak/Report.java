package dev.bellhop.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the curves to files: numbers for programs, a drawing for people. */
final class Report {

    private static final int WIDTH = 420;
    private static final int HEIGHT = 150;
    private static final int LEFT = 20;
    private static final int TOP = 34;
    private static final int ACROSS = 2;

    private final List<Curve> curves;
    private final List<Double> redeployed;

    /** @param redeployed in which minutes */
    Report(List<Curve> curves, List<Double> redeployed) {
        this.curves = curves;
        this.redeployed = redeployed;
    }

    void write(Path directory, String title) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("curves.csv"), csv());
        Files.writeString(directory.resolve("curves.svg"), svg(title));
    }

    private String csv() {
        StringBuilder csv = new StringBuilder("minute,").append(curves.stream().map(Curve::name).collect(Collectors.joining(","))).append('\n');
        for (int i = 0; i < curves.get(0).size(); i++) {
            int row = i;
            csv.append(number(curves.get(0).minute(i))).append(',')
                    .append(curves.stream().map(curve -> number(curve.value(row))).collect(Collectors.joining(","))).append('\n');
        }
        return csv.toString();
    }

    private String svg(String title) {
        int rows = (curves.size() + ACROSS - 1) / ACROSS;
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">\n"
                .formatted(ACROSS * (WIDTH + 2 * LEFT), rows * (HEIGHT + 2 * TOP) + TOP));
        svg.append("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/><text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>\n".formatted(LEFT, title));
        for (int i = 0; i < curves.size(); i++) {
            svg.append("<g transform=\"translate(%d,%d)\">\n".formatted(LEFT + i % ACROSS * (WIDTH + 2 * LEFT), 2 * TOP + i / ACROSS * (HEIGHT + 2 * TOP)));
            panel(svg, curves.get(i));
            svg.append("</g>\n");
        }
        return svg.append("</svg>\n").toString();
    }

    private void panel(StringBuilder svg, Curve curve) {
        double last = curve.minute(curve.size() - 1);
        double top = Double.isNaN(curve.allowed()) ? 1 : curve.allowed();
        for (int i = 0; i < curve.size(); i++) {
            top = Math.max(top, curve.value(i));
        }
        top *= 1.05;
        svg.append("<text x=\"0\" y=\"-6\">%s: %s → %s, %s an hour</text>\n".formatted(curve.name(), number(curve.before()), number(curve.after()), number(curve.slope())));
        svg.append("<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#ccc\"/>\n".formatted(WIDTH, HEIGHT));
        for (double minute : redeployed) {
            line(svg, minute / last * WIDTH, 0, minute / last * WIDTH, HEIGHT, "#ddd");
        }
        double warm = curve.minute(Math.min(curve.warm(), curve.size() - 1)) / last * WIDTH;
        line(svg, warm, 0, warm, HEIGHT, "#39c");
        double allowed = HEIGHT * (1 - curve.allowed() / top);
        if (!Double.isNaN(allowed)) {
            line(svg, warm, allowed, WIDTH, allowed, "#c33");
        }
        svg.append("<polyline fill=\"none\" stroke=\"black\" points=\"");
        for (int i = 0; i < curve.size(); i++) {
            if (!Double.isNaN(curve.value(i))) {
                svg.append(number(curve.minute(i) / last * WIDTH)).append(',').append(number(HEIGHT * (1 - curve.value(i) / top))).append(' ');
            }
        }
        svg.append("\"/>\n<text x=\"2\" y=\"12\" fill=\"#666\">%s</text><text x=\"%d\" y=\"%d\" fill=\"#666\" text-anchor=\"end\">%s min</text>\n"
                .formatted(number(top), WIDTH, HEIGHT + 12, number(last)));
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
        svg.append("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>\n".formatted(number(x1), number(y1), number(x2), number(y2), colour));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
