package dev.bellhop.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Markdown files of this checkout. */
final class Documents {

    static final Path CHECKOUT = Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize();
    private static final Set<String> LEFT_OUT = Set.of("target", "node_modules", ".git");

    private Documents() {
    }

    static List<Path> all() {
        List<Path> found = new ArrayList<>();
        collect(CHECKOUT, found);
        return found;
    }

    private static void collect(Path directory, List<Path> found) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                if (Files.isDirectory(file)) {
                    if (!LEFT_OUT.contains(file.getFileName().toString())) {
                        collect(file, found);
                    }
                } else if (file.toString().endsWith(".md")) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(String file) {
        return read(CHECKOUT.resolve(file));
    }

    /** The document without its fenced blocks. */
    static List<String> prose(Path file) {
        List<String> prose = new ArrayList<>();
        boolean fenced = false;
        for (String line : read(file).split("\n")) {
            if (line.strip().startsWith("```")) {
                fenced = !fenced;
            } else if (!fenced) {
                prose.add(line);
            }
        }
        return prose;
    }

    /** What can follow {@code #} in a link to this document: its headings, as GitHub makes them anchors. */
    static Set<String> anchors(Path file) {
        Set<String> anchors = new TreeSet<>();
        for (String line : prose(file)) {
            Matcher heading = Pattern.compile("#{1,6} +(.*)").matcher(line);
            if (heading.matches()) {
                String anchor = heading.group(1).strip().toLowerCase(java.util.Locale.ROOT).replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
                String unique = anchor;
                for (int i = 1; !anchors.add(unique); i++) {
                    unique = anchor + '-' + i;
                }
            }
        }
        return anchors;
    }

    static Set<String> matches(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        Pattern.compile(pattern).matcher(text).results().forEach(match -> found.add(match.group(match.groupCount())));
        return found;
    }
}
