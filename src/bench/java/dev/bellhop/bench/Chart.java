package dev.bellhop.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Curves as SVG: both axes logarithmic, a line for each contender. */
final class Chart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 320;
    private static final int LEFT = 60;
    private static final int BOTTOM = 40;
    private static final int RIGHT = 190;
    private static final int TOP = 30;
    private static final String[] COLOURS = {"#0b62a4", "#c0392b", "#1e8449", "#8e44ad", "#b9770e", "#34495e"};

    private Chart() {}

    /** @param curves points (x, y) by name */
    static String svg(String title, String xName, String yName, Map<String, List<double[]>> curves) {
        double[] x = bounds(curves, 0);
        double[] y = bounds(curves, 1);
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + ' ' + HEIGHT
                + "\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\"><title>" + title + "</title><text x=\"" + LEFT + "\" y=\"18\" font-weight=\"bold\" fill=\"currentColor\">" + title + "</text>");
        for (double tick = x[0]; tick <= x[1] * 1.001; tick *= 10) {
            for (int i : new int[] {1, 2, 5}) {
                if (tick * i <= x[1] * 1.001) {
                    line(svg, at(tick * i, x, LEFT, WIDTH - RIGHT), TOP, at(tick * i, x, LEFT, WIDTH - RIGHT), HEIGHT - BOTTOM, "#8884", 1);
                    text(svg, at(tick * i, x, LEFT, WIDTH - RIGHT), HEIGHT - BOTTOM + 16, "middle", number(tick * i), "currentColor");
                }
            }
        }
        for (double tick = y[0]; tick <= y[1] * 1.001; tick *= 10) {
            line(svg, LEFT, at(tick, y, HEIGHT - BOTTOM, TOP), WIDTH - RIGHT, at(tick, y, HEIGHT - BOTTOM, TOP), "#8884", 1);
            text(svg, LEFT - 6, at(tick, y, HEIGHT - BOTTOM, TOP) + 4, "end", number(tick), "currentColor");
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", xName, "currentColor");
        text(svg, LEFT, TOP - 2, "start", "", "currentColor");
        int i = 0;
        for (Map.Entry<String, List<double[]>> curve : curves.entrySet()) {
            String colour = COLOURS[i % COLOURS.length];
            StringBuilder points = new StringBuilder();
            for (double[] point : curve.getValue()) {
                double px = at(point[0], x, LEFT, WIDTH - RIGHT);
                double py = at(point[1], y, HEIGHT - BOTTOM, TOP);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", px, py));
                svg.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", px, py, colour));
            }
            svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour).append("\" points=\"").append(points.toString().strip()).append("\"/>");
            text(svg, WIDTH - RIGHT + 12, TOP + 14 + 18 * i, "start", curve.getKey(), colour);
            i++;
        }
        text(svg, WIDTH - RIGHT + 12, HEIGHT - BOTTOM, "start", "y: " + yName, "currentColor");
        return svg.append("</svg>").toString();
    }

    private static double[] bounds(Map<String, List<double[]>> curves, int axis) {
        double least = curves.values().stream().flatMap(List::stream).mapToDouble(point -> Math.max(0.01, point[axis])).min().orElse(1);
        double most = curves.values().stream().flatMap(List::stream).mapToDouble(point -> Math.max(0.01, point[axis])).max().orElse(10);
        return new double[] {Math.pow(10, Math.floor(Math.log10(least))), Math.pow(10, Math.ceil(Math.log10(most * 1.0001)))};
    }

    private static double at(double value, double[] bounds, double from, double to) {
        double share = Math.log(Math.max(bounds[0], value) / bounds[0]) / Math.log(bounds[1] / bounds[0]);
        return from + share * (to - from);
    }

    private static String number(double value) {
        return value >= 1000 ? String.format(Locale.ROOT, "%.0fk", value / 1000) : value >= 1 ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(Math.round(value * 100) / 100.0);
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2, String colour, int width) {
        svg.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>", x1, y1, x2, y2, colour, width));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text, String colour) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>", x, y, anchor, colour, text));
    }
}
