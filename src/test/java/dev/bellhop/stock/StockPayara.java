package dev.bellhop.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Payara with its {@code domain1}. Its ports move in {@code domain.xml}; its tool learns the administration's from the environment. */
final class StockPayara extends Stock {

    /** Where {@code domain.xml} of the archive has its ports; what comes after is a template for more configurations. */
    private static final Pattern PORT = Pattern.compile("(?<=[ -]port=\"|\"JMS_PROVIDER_PORT\" value=\"|telnet\\.port=)\\d{4}(?=[\"<])");

    private final int http;
    private final int admin;

    StockPayara(Path home) throws IOException {
        super(home);
        http = freePort();
        admin = freePort();
        shell().with("AS_ADMIN_PORT", Integer.toString(admin));
    }

    private Path domain() {
        return home.resolve("glassfish/domains/domain1");
    }

    @Override
    String kind() {
        return "payara";
    }

    @Override
    Path archive() {
        return Path.of(System.getProperty("payara.home"));
    }

    @Override
    List<String> written() {
        return List.of("bin", "glassfish/bin", "glassfish/config", "glassfish/domains", "mq/etc");
    }

    @Override
    void movePorts() throws IOException {
        Path file = domain().resolve("config/domain.xml");
        String text = Files.readString(file);
        if (text.contains("port=\"4848\"")) {
            Files.writeString(file, PORT.matcher(text).replaceAll(this::other));
        }
    }

    private String other(MatchResult port) {
        try {
            return Integer.toString(switch (port.group()) {
                case "8080" -> http;
                case "4848" -> admin;
                default -> freePort();
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    void javaOptions(List<String> options) throws IOException {
        Path file = domain().resolve("config/domain.xml");
        StringBuilder lines = new StringBuilder();
        options.forEach(option -> lines.append("<jvm-options>").append(option).append("</jvm-options>\n"));
        Files.writeString(file, Files.readString(file).replaceFirst("(?=<jvm-options>)", lines.toString().replace("$", "\\$")));
    }

    @Override
    int http() {
        return http;
    }

    @Override
    Path log() {
        return domain().resolve("logs/server.log");
    }

    @Override
    protected Path deployments() {
        return domain().resolve("autodeploy");
    }

    @Override
    protected Optional<ProcessHandle> process() {
        return process(domain().resolve("config/pid"));
    }

    @Override
    void behindProxy(Path shipped, List<String> javaOptions) throws IOException {
        shell().run("bin/asadmin " + switchedOff(shipped.resolve("payara/bellhop.asadmin"), "set configs.config.server-config.network-config."));
        // why: Payara changes a listener while it runs, and now and then that one stays closed
        stop();
        start();
    }

    @Override
    void stop() throws IOException {
        shell().run("bin/asadmin stop-domain");
    }

    @Override
    void start() throws IOException {
        shell().run("bin/asadmin start-domain");
    }
}
