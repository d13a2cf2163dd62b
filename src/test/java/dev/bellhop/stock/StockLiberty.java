package dev.bellhop.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Open Liberty with a server that {@code server create} makes. Its ports move by a file in {@code configDropins}. */
final class StockLiberty extends Stock {

    private final int http;
    private final int https;

    StockLiberty(Path home) throws IOException {
        super(home);
        http = freePort();
        https = freePort();
    }

    private Path server() {
        return home.resolve("usr/servers/desk");
    }

    @Override
    String kind() {
        return "liberty";
    }

    @Override
    Path archive() {
        return Path.of(System.getProperty("liberty.home"));
    }

    @Override
    List<String> written() {
        return List.of("usr", "templates", "etc");
    }

    @Override
    void movePorts() throws IOException {
        if (Files.exists(server())) {
            Files.writeString(Files.createDirectories(server().resolve("configDropins/overrides")).resolve("ports.xml"), """
                    <server><httpEndpoint id="defaultHttpEndpoint" httpPort="%d" httpsPort="%d"/></server>
                    """.formatted(http, https));
        }
    }

    @Override
    void javaOptions(List<String> options) throws IOException {
        append(server().resolve("jvm.options"), String.join("\n", options) + "\n");
    }

    @Override
    int http() {
        return http;
    }

    @Override
    Path log() {
        return server().resolve("logs/messages.log");
    }

    @Override
    protected Path deployments() {
        return server().resolve("dropins");
    }

    @Override
    protected Optional<ProcessHandle> process() {
        return process(home.resolve("usr/servers/.pid/desk.pid"));
    }

    @Override
    void behindProxy(Path shipped, List<String> javaOptions) {
        throw new UnsupportedOperationException("bellhop.xml has no such line");
    }

    @Override
    void stop() throws IOException {
        shell().run("bin/server stop desk");
    }

    @Override
    void start() throws IOException {
        shell().run("bin/server start desk");
    }
}
