package dev.bellhop.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Open Liberty: a node's directory is a user directory with one server, which has the node's name. */
public record Liberty(Path home) implements Server {

    private static final Pattern RECORD = Pattern.compile("^\\[(?<level>[A-Z]+) *\\] .*");
    private static final Pattern END = Pattern.compile("(?<ready>CWWKF0011I)|CWWKZ000[24]E|CWWKE0701E");

    @Override
    public String name() {
        return "Open Liberty";
    }

    @Override
    public List<Integer> ports(int http) {
        return List.of(http);
    }

    @Override
    public void prepare(Installation node) throws IOException {
        Installation.delete(node.base());
        Path server = server(node);
        Files.createDirectories(applications(node));
        Files.writeString(server.resolve("server.xml"), """
                <server>
                  <include location="%s"/>
                  <include location="%s"/>
                  <include location="users.xml"/>
                  <httpEndpoint id="defaultHttpEndpoint" httpPort="%d" httpsPort="-1"/>
                  <!-- nodes side by side share their logins -->
                  <ltpa keysFileName="%s"/>
                </server>
                """.formatted(node.config("liberty/bellhop.xml"), node.demo("liberty/demo.xml"), node.http(),
                node.base().resolveSibling("ltpa.keys")));
        StringBuilder users = new StringBuilder("<server>\n<basicRegistry id=\"demo\" realm=\"demo\">\n");
        node.users().passwords().forEach((user, password) -> users.append("<user name=\"%s\" password=\"%s\"/>\n".formatted(user, password)));
        for (String role : node.users().roles().values().stream().flatMap(List::stream).distinct().toList()) {
            users.append("<group name=\"%s\">".formatted(role));
            node.users().roles().forEach((user, roles) -> users.append(roles.contains(role) ? "<member name=\"" + user + "\"/>" : ""));
            users.append("</group>\n");
        }
        Files.writeString(server.resolve("users.xml"), users.append("</basicRegistry>\n</server>\n"));
        for (Path war : node.wars()) {
            Files.copy(war, applications(node).resolve(war.getFileName()));
        }
    }

    private static Path server(Installation node) {
        return node.base().resolve("servers").resolve(node.name());
    }

    /** Where the server looks for applications; each is deployed under its file's name. */
    public static Path applications(Installation node) {
        return server(node).resolve("dropins");
    }

    /** A file here goes before {@code server.xml}. */
    public static Path overrides(Installation node) {
        return server(node).resolve("configDropins/overrides");
    }

    /** As {@code bin/server run} does it; without a shell in between, the process is our own child. */
    @Override
    public List<String> command(Installation node, List<String> javaOptions) throws IOException {
        Path tools = home.resolve("bin/tools");
        List<String> command = new ArrayList<>(List.of(node.jdk().resolve("bin/java").toString(),
                "-javaagent:" + tools.resolve("ws-javaagent.jar"), "-Djava.awt.headless=true", "-Djdk.attach.allowAttachSelf=true"));
        Path opens = home.resolve("lib/platform/java").resolve(node.jdkFeature() < 24 ? "java9.options" : "java24.options");
        Files.readAllLines(opens).stream().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(command::add);
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(node.base().resolve("tmp")));
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", tools.resolve("ws-server.jar").toString(), node.name()));
        return command;
    }

    @Override
    public Map<String, String> environment(Installation node) {
        return Map.of("WLP_USER_DIR", node.base().toString());
    }

    @Override
    public Path log(Installation node) {
        return server(node).resolve("logs/messages.log");
    }

    @Override
    public ConsoleLine read(String line) {
        Matcher matcher = RECORD.matcher(line);
        Matcher end = END.matcher(line);
        return new ConsoleLine(matcher.matches() ? matcher.group("level") : null, end.find() ? end.group("ready") != null : null);
    }
}
