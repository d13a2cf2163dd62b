package dev.bellhop.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wildfly.core.launcher.CliCommandBuilder;
import org.wildfly.core.launcher.StandaloneCommandBuilder;

/**
 * WildFly: a node's directory is its own {@code standalone}.
 *
 * @param clustered whether the nodes share their logins
 */
public record WildFly(Path home, boolean clustered) implements Server {

    private static final int HTTP = 8080;
    private static final int MANAGEMENT = 9990;
    private static final int HTTPS = 8443;
    private static final int CLUSTER = 7600;

    private static final Pattern RECORD = Pattern.compile("^(?:\\e\\[[0-9;]*m)*\\d\\d:\\d\\d:\\d\\d,\\d+ +(?<level>[A-Z]+) .*");
    /** Warnings about the key-store of WildFly's own HTTPS, which it makes itself at need. */
    private static final Pattern HARMLESS = Pattern.compile("WFLYELY00023|WFLYELY01084");
    private static final Pattern STARTED = Pattern.compile("WFLYSRV002(?<how>[56])");

    @Override
    public String name() {
        return "WildFly";
    }

    private String configuration() {
        return clustered ? "standalone-ha.xml" : "standalone.xml";
    }

    @Override
    public List<Integer> ports(int http) {
        return List.of(http, http - HTTP + MANAGEMENT, http - HTTP + HTTPS, cluster(http));
    }

    /** The port where nodes speak with one another. */
    public static int cluster(int http) {
        return http - HTTP + CLUSTER;
    }

    @Override
    public void prepare(Installation node) throws IOException {
        Installation.delete(node.base());
        Installation.copy(home.resolve("standalone"), node.base());
        Path configuration = node.base().resolve("configuration");
        Files.write(configuration.resolve("demo-users.properties"),
                node.users().passwords().entrySet().stream().map(user -> user.getKey() + "=" + user.getValue()).toList());
        Files.write(configuration.resolve("demo-roles.properties"),
                node.users().roles().entrySet().stream().map(user -> user.getKey() + "=" + String.join(",", user.getValue())).toList());
        for (Path war : node.wars()) {
            Files.copy(war, node.base().resolve("deployments").resolve(war.getFileName()));
        }
        List<Path> scripts = new ArrayList<>(List.of(node.config("wildfly/single-sign-on.cli"), node.config("wildfly/performance.cli"), node.demo("wildfly/demo-users.cli")));
        if (clustered) {
            scripts.add(node.config("wildfly/cluster.cli"));
        }
        run(node, scripts);
    }

    /** Runs the scripts in a server embedded in the CLI: no port is opened. */
    private void run(Installation node, List<Path> scripts) throws IOException {
        List<String> lines = new ArrayList<>(List.of("embed-server --server-config=" + configuration()));
        for (Path script : scripts) {
            lines.addAll(Files.readAllLines(script));
        }
        lines.add("stop-embedded-server");
        Path all = Files.write(node.base().resolve("configure.cli"), lines);
        List<String> command = CliCommandBuilder.asModularLauncher(home)
                .addJavaOption("-Djboss.server.base.dir=" + node.base())
                .addJavaOption("-Djava.io.tmpdir=" + node.base().resolve("tmp"))
                .setScriptFile(all)
                .build();
        Files.createDirectories(node.base().resolve("tmp"));
        ProcessBuilder cli = new ProcessBuilder(command);
        cli.environment().put("JBOSS_HOME", home.toString());
        Files.writeString(node.base().resolve("configure.log"), Installation.run(cli));
        // the embedded server's own log: the node's begins with the node
        Installation.delete(node.base().resolve("log"));
    }

    @Override
    public List<String> command(Installation node, List<String> javaOptions) {
        return StandaloneCommandBuilder.of(home)
                .setJavaHome(node.jdk())
                .setBaseDirectory(node.base())
                .setServerConfiguration(configuration())
                .addJavaOption("-Djava.io.tmpdir=" + node.base().resolve("tmp"))
                .addJavaOption("-Djboss.node.name=" + node.name())
                .addJavaOption("-Djboss.socket.binding.port-offset=" + (node.http() - HTTP))
                // why: the demonstration is on plain HTTP
                .addJavaOption("-Dbellhop.single-sign-on.secure=false")
                .addJavaOptions(javaOptions)
                .build();
    }

    @Override
    public Path log(Installation node) {
        return node.base().resolve("log/server.log");
    }

    @Override
    public ConsoleLine read(String line) {
        Matcher matcher = RECORD.matcher(line);
        if (!matcher.matches()) {
            return new ConsoleLine(null, null);
        }
        Matcher end = STARTED.matcher(line);
        return new ConsoleLine(HARMLESS.matcher(line).find() ? "INFO" : matcher.group("level"), end.find() ? end.group("how").equals("5") : null);
    }
}
