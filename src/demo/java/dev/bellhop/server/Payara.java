package dev.bellhop.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Payara Server: a node's directory holds a domain of its own, with the node's name. */
public record Payara(Path home) implements Server {

    private static final Pattern RECORD = Pattern.compile("^\\[#\\|[^|]*\\|(?:\\e\\[[0-9;]*m)*(?<level>[A-Z]+)\\|.*");
    private static final Pattern COMMAND = Pattern.compile("Boot Command (?<command>\\S+) returned with result (?<result>\\S+)");
    private static final String LAST = "list-applications";
    private static final int HASHES = 100;

    @Override
    public String name() {
        return "Payara";
    }

    /** HTTP, administration, HTTPS, and the rest that a domain opens whether it is used or not. */
    @Override
    public List<Integer> ports(int http) {
        return List.of(http, admin(http), http + 363, http + 11, http + 12, http + 13, http + 14, http + 15, http + 16, http + 17, http + 18, http + 19);
    }

    /** The port of the administration. */
    public static int admin(int http) {
        return http + 1910;
    }

    @Override
    public void prepare(Installation node) throws IOException {
        Installation.delete(node.base());
        Files.createDirectories(node.base());
        int http = node.http();
        String ports = "http.ssl.port=%d:jms.port=%d:orb.listener.port=%d:orb.ssl.port=%d:orb.mutualauth.port=%d:domain.jmxPort=%d:osgi.shell.telnet.port=%d:java.debugger.port=%d"
                .formatted(http + 363, http + 11, http + 12, http + 13, http + 14, http + 15, http + 16, http + 17);
        asadmin("create-domain", "--domaindir", node.base().toString(), "--nopassword=true", "--checkports=false",
                "--instanceport", Integer.toString(http), "--adminport", Integer.toString(admin(http)), "--domainproperties", ports,
                "--hazelcastdasport", Integer.toString(http + 18), "--hazelcaststartport", Integer.toString(http + 19), node.name());
        List<String> users = new ArrayList<>();
        node.users().passwords().forEach((user, password) -> users.add(user + ';' + hash(password) + ';' + String.join(",", node.users().roles().get(user))));
        Files.write(node.base().resolve(node.name()).resolve("config/keyfile"), users);
        List<String> before = new ArrayList<>(Files.readAllLines(node.config("payara/bellhop.asadmin")));
        before.addAll(Files.readAllLines(node.demo("payara/demo.asadmin")));
        Files.write(node.base().resolve("before.asadmin"), before);
        List<String> after = new ArrayList<>();
        for (Path war : node.wars()) {
            String name = war.getFileName().toString().replace(".war", "");
            after.add("deploy --force=true --name " + name + " --contextroot /" + name + " " + war);
        }
        after.add(LAST);
        Files.write(node.base().resolve("after.asadmin"), after);
    }

    /** As Payara's file realm writes it down. */
    private static String hash(String password) {
        try {
            byte[] salt = "bellhop.".getBytes(StandardCharsets.US_ASCII);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(password.getBytes(StandardCharsets.UTF_8));
            byte[] hash = digest.digest(salt);
            for (int i = 1; i < HASHES; i++) {
                hash = digest.digest(hash);
            }
            byte[] both = java.util.Arrays.copyOf(hash, hash.length + salt.length);
            System.arraycopy(salt, 0, both, hash.length, salt.length);
            return "{SSHA256}" + Base64.getEncoder().encodeToString(both);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a command of {@code asadmin}; returns what it prints. */
    public String asadmin(String... arguments) throws IOException {
        return asadmin(Path.of(System.getProperty("java.home")), arguments);
    }

    private String asadmin(Path jdk, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString(), "-XX:TieredStopAtLevel=1", "-jar", home.resolve("glassfish/lib/client/appserver-cli.jar").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", jdk.toString()); // a domain starts on that one
        return Installation.run(builder);
    }

    /** What {@code asadmin start-domain} would run: without it in between, the process is our own child. */
    @Override
    public List<String> command(Installation node, List<String> javaOptions) throws IOException {
        String printed = asadmin(node.jdk(), "start-domain", "--dry-run", "--domaindir", node.base().toString(),
                "--prebootcommandfile", node.base().resolve("before.asadmin").toString(),
                "--postbootcommandfile", node.base().resolve("after.asadmin").toString(), node.name());
        List<String> command = new ArrayList<>(printed.lines().dropWhile(line -> !line.startsWith("Dump of")).skip(1)
                .takeWhile(line -> !line.isBlank()).toList());
        if (!command.contains("com.sun.enterprise.glassfish.bootstrap.ASMain")) {
            throw new IOException("Payara does not tell how it starts:\n" + printed);
        }
        int main = command.indexOf("com.sun.enterprise.glassfish.bootstrap.ASMain");
        command.addAll(main, javaOptions);
        command.add(main, "-Djava.io.tmpdir=" + Files.createDirectories(node.base().resolve("tmp")));
        return command;
    }

    @Override
    public String input() {
        return "AS_ADMIN_MASTERPASSWORD=changeit" + System.lineSeparator(); // of the key-store that create-domain has made
    }

    @Override
    public boolean chatters() {
        return true;
    }

    @Override
    public Path log(Installation node) {
        return node.base().resolve(node.name()).resolve("logs/server.log");
    }

    @Override
    public ConsoleLine read(String line) {
        Matcher matcher = RECORD.matcher(line);
        Matcher end = COMMAND.matcher(line);
        Boolean started = null;
        if (end.find()) {
            boolean failed = !end.group("result").equals("SUCCESS");
            started = failed ? Boolean.FALSE : end.group("command").equals(LAST) ? Boolean.TRUE : null;
        }
        return new ConsoleLine(matcher.matches() ? matcher.group("level") : null, started);
    }
}
