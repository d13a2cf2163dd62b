package dev.bellhop.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A peer in a process of its own: it prints its version when it listens.
 *
 * @param dialogue what a page of this user has to say; gives null if nothing
 */
record Peer(String name, String without, int port, List<String> command, Path directory, boolean isJvm, Function<String, Dialogue> dialogue) implements Contender {

    private static final Function<String, Dialogue> SILENT = user -> null;
    private static final String BARE = "users by name alone (no login, no origin check), nothing kept, no bound for a slow reader";

    static Contender of(String name, Options options, int port) throws IOException, InterruptedException {
        return switch (name) {
            case "netty" -> jvm("Netty", BARE, "dev.bellhop.bench.peer.NettyPeer", options, port, SILENT);
            case "spring" -> jvm("Spring WebSocket on Tomcat", "users by name alone (no login), nothing kept", "dev.bellhop.bench.peer.SpringPeer", options, port, SILENT);
            case "cometd" -> jvm("CometD on Jetty", "channels by name alone (no login), nothing kept, no bound for a slow reader", "dev.bellhop.bench.peer.CometDPeer", options, port, Bayeux::new);
            case "ws" -> node(options, port);
            default -> throw new IllegalArgumentException("peers: netty, spring, cometd, ws or none, not " + name);
        };
    }

    private static Contender jvm(String name, String without, String main, Options options, int port, Function<String, Dialogue> dialogue) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(options.javaOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        return new Peer(name, without, port, command, options.target(), true, dialogue);
    }

    /** With {@code ws}, which npm installs. */
    private static Contender node(Options options, int port) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(options.target().resolve("ws"));
        Files.copy(options.checkout().resolve("src/bench/js/ws-peer.mjs"), directory.resolve("ws-peer.mjs"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(options.checkout().resolve("src/bench/js/package.json"), directory.resolve("package.json"), StandardCopyOption.REPLACE_EXISTING);
        if (Files.notExists(directory.resolve("node_modules/ws"))) {
            Process npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund").directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(directory.resolve("npm.log").toFile()).start();
            if (!npm.waitFor(120, TimeUnit.SECONDS) || npm.exitValue() != 0) {
                npm.destroyForcibly();
                throw new IOException("npm install failed; see " + directory.resolve("npm.log"));
            }
        }
        return new Peer("Node ws", BARE, port, List.of("node", directory.resolve("ws-peer.mjs").toString()), directory, false, SILENT);
    }

    @Override
    public Running start(int redisPort) throws IOException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(Integer.toString(port), Integer.toString(redisPort)));
        Process process = new ProcessBuilder(all).directory(directory.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader told = process.inputReader(StandardCharsets.UTF_8);
        String version = told.readLine();
        if (version == null) {
            throw new IOException(name + " has not started: " + Arrays.toString(all.toArray()).replaceAll("-cp, [^,]+", "-cp …"));
        }
        return new Started(process, version);
    }

    private final class Started implements Running {
        private final Process process;
        private final String version;

        Started(Process process, String version) {
            this.process = process;
            this.version = version;
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public ProcessHandle process() {
            return process.toHandle();
        }

        @Override
        public boolean isJvm() {
            return isJvm;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public String handshake(String user) {
            return "GET /ws?user=" + user + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nOrigin: http://localhost:" + port
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
        }

        @Override
        public Dialogue dialogue(String user) {
            return dialogue.apply(user);
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
