package dev.bellhop.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.wildfly.core.launcher.CliCommandBuilder;

/**
 * One node's own directory beside an unpacked WildFly: its configuration, its copy of the WARs, its logs and temporary
 * files. Several nodes share the unpacked WildFly, which nobody writes to.
 */
public record ServerDirectory(Path home, Path base) {

    /**
     * Makes the directory anew: WildFly's own {@code standalone}, the single sign-on as an operator sets it up, and the
     * demonstration's users.
     *
     * @param home     the unpacked WildFly
     * @param base     the directory to make; what was there is deleted
     * @param checkout where {@code server-config} and {@code src/demo} lie
     * @param wars     deployed when the server starts
     * @throws IOException if the server's scripts fail; the message has their output
     */
    public static ServerDirectory create(Path home, Path base, Path checkout, List<Path> wars) throws IOException {
        delete(base);
        copy(home.resolve("standalone"), base);
        Path configuration = base.resolve("configuration");
        Path demo = checkout.resolve("src/demo/wildfly");
        Files.copy(demo.resolve("demo-users.properties"), configuration.resolve("demo-users.properties"));
        Files.copy(demo.resolve("demo-roles.properties"), configuration.resolve("demo-roles.properties"));
        for (Path war : wars) {
            Files.copy(war, base.resolve("deployments").resolve(war.getFileName()));
        }
        ServerDirectory directory = new ServerDirectory(home, base);
        directory.run(List.of(
                checkout.resolve("server-config/wildfly/single-sign-on.cli"),
                demo.resolve("demo-users.cli")));
        return directory;
    }

    /** The same for another node; this one must not have been started yet. */
    public ServerDirectory copyTo(Path other) throws IOException {
        delete(other);
        copy(base, other);
        return new ServerDirectory(home, other);
    }

    /** The log with everything that the server says. */
    public Path log() {
        return base.resolve("log/server.log");
    }

    /** Runs the scripts in a server embedded in the CLI: no port is opened. */
    private void run(List<Path> scripts) throws IOException {
        List<String> lines = new ArrayList<>(List.of("embed-server --server-config=standalone.xml"));
        for (Path script : scripts) {
            lines.addAll(Files.readAllLines(script));
        }
        lines.add("stop-embedded-server");
        Path all = Files.write(base.resolve("configure.cli"), lines);
        Path output = base.resolve("configure.log");
        List<String> command = CliCommandBuilder.asModularLauncher(home)
                .addJavaOption("-Djboss.server.base.dir=" + base)
                .addJavaOption("-Djava.io.tmpdir=" + base.resolve("tmp"))
                .setScriptFile(all)
                .build();
        Files.createDirectories(base.resolve("tmp"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JBOSS_HOME", home.toString());
        Process cli = builder.start();
        cli.getOutputStream().close();
        if (!RedisProcess.await(cli, 120) || cli.exitValue() != 0) {
            cli.destroyForcibly();
            throw new IOException("WildFly refused its configuration:\n" + Files.readString(output));
        }
        // the embedded server's own log: the node's begins with the node
        delete(base.resolve("log"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
