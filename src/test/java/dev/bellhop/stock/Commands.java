package dev.bellhop.stock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands as a document shows them. A fenced block counts if the line {@code <!-- commands: NAME -->} comes before it. In such a
 * block each comment begins a step and is its name.
 *
 * <p>Why from the document: what a reader copies is what the tests have run.
 */
public final class Commands {

    /** The document whose commands set a server up; relative to the checkout. */
    public static final String TUTORIAL = "src/site/markdown/tutorial.md";

    /**
     * Some lines of shell.
     *
     * @param name   what the document says about them
     * @param script the lines
     */
    public record Step(String name, String script) {}

    private Commands() {
    }

    /** The steps of one block. */
    public static List<Step> of(Path document, String heading) {
        List<String> after = block(document, "commands: " + heading);
        List<Step> steps = new ArrayList<>();
        String name = heading;
        StringBuilder script = new StringBuilder();
        for (String line : after) {
            if (line.startsWith("# ")) {
                add(steps, name, script);
                name = line.substring(2);
            } else {
                script.append(line).append('\n');
            }
        }
        add(steps, name, script);
        if (steps.isEmpty()) {
            throw new IllegalStateException(document + " has nothing in commands: " + heading);
        }
        return steps;
    }

    /** The lines of the fenced block after {@code <!-- MARK -->}. */
    public static List<String> block(Path document, String mark) {
        List<String> lines;
        try {
            lines = Files.readAllLines(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int at = lines.stream().map(String::strip).toList().indexOf("<!-- " + mark + " -->");
        if (at < 0) {
            throw new IllegalStateException(document + " has no " + mark);
        }
        List<String> block = lines.subList(at + 1, lines.size()).stream().dropWhile(String::isBlank).toList();
        int indent = block.get(0).indexOf("```"); // in a list
        return block.stream().skip(1).takeWhile(line -> !line.strip().equals("```"))
                .map(line -> line.substring(Math.min(indent, line.length()))).toList();
    }

    private static void add(List<Step> steps, String name, StringBuilder script) {
        if (!script.toString().isBlank()) {
            steps.add(new Step(name, script.toString().strip()));
        }
        script.setLength(0);
    }
}
