package dev.bellhop.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One figure over time, and whether it grows. What is judged is a trend: after the warm-up, the least of the last third may not
 * lie above the least of the first third by more than the margin. So neither a peak nor a sample taken at a bad moment counts.
 */
final class Curve {

    /** Of all samples, this part at the beginning does not count. */
    private static final double WARM_UP = 0.25;
    /** With fewer samples after the warm-up there is no trend to be seen. */
    private static final int FEWEST = 6;

    private record Point(double minute, double value) {}

    private final String name;
    private final String unit;
    private final double margin;
    private final double share;
    private final List<Point> points = new ArrayList<>();

    /**
     * @param margin how much it may grow in any case; NaN: it is shown and not judged
     * @param share  and besides, as a part of what it was
     */
    Curve(String name, String unit, double margin, double share) {
        this.name = name;
        this.unit = unit;
        this.margin = margin;
        this.share = share;
    }

    void add(double minute, double value) {
        points.add(new Point(minute, value));
    }

    String name() {
        return unit.isEmpty() ? name : name + " (" + unit + ")";
    }

    int size() {
        return points.size();
    }

    double minute(int i) {
        return points.get(i).minute();
    }

    double value(int i) {
        return points.get(i).value();
    }

    /** Where the samples begin that count. */
    int warm() {
        return (int) Math.ceil(points.size() * WARM_UP);
    }

    private double least(int from, int to) {
        return points.subList(from, to).stream().mapToDouble(Point::value).filter(value -> !Double.isNaN(value)).min().orElse(Double.NaN);
    }

    double before() {
        return least(warm(), warm() + third());
    }

    double after() {
        return least(points.size() - third(), points.size());
    }

    private int third() {
        return (points.size() - warm()) / 3;
    }

    double allowed() {
        return before() + margin + share * before();
    }

    boolean isJudged() {
        return points.size() - warm() >= FEWEST && !Double.isNaN(allowed());
    }

    boolean grows() {
        return isJudged() && after() > allowed();
    }

    /** How much it changes in an hour, by least squares over the samples that count. */
    double slope() {
        List<Point> counted = points.subList(warm(), points.size()).stream().filter(point -> !Double.isNaN(point.value())).toList();
        double minute = counted.stream().mapToDouble(Point::minute).average().orElse(0);
        double value = counted.stream().mapToDouble(Point::value).average().orElse(0);
        double above = 0;
        double below = 0;
        for (Point point : counted) {
            above += (point.minute() - minute) * (point.value() - value);
            below += (point.minute() - minute) * (point.minute() - minute);
        }
        return below == 0 ? 0 : 60 * above / below;
    }

    static String heading() {
        return String.format(Locale.ROOT, "%-28s %12s %12s %12s %12s  %s", "", "first third", "last third", "allowed", "an hour", "");
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%-28s %12.2f %12.2f %12.2f %+12.2f  %s", name(), before(), after(), allowed(), slope(),
                !isJudged() ? "not judged" : grows() ? "GROWS" : "steady");
    }
}
