package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real nginx with {@code server-config/proxy/nginx.conf}, before two nodes. */
final class Nginx implements AutoCloseable {

    private final int port;
    private final Process process;

    private Nginx(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /**
     * Starts one. Without nginx on the machine the test is skipped; in CI it fails.
     *
     * @param sticky whether a browser stays at one node
     */
    static Nginx before(Node first, Node second, boolean sticky) throws IOException {
        Optional<Path> executable = Stream.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx")
                .map(Path::of).filter(Files::isExecutable).findFirst();
        if (System.getenv("CI") != null) {
            assertThat(executable).as("nginx; .ci/run installs it").isPresent();
        }
        assumeThat(executable).as("nginx is not on this machine").isPresent();
        int port = freePort();
        Path directory = Files.createDirectories(Servers.target().resolve("it/nginx"));
        String site = Files.readString(Servers.checkout().resolve("server-config/proxy/nginx.conf"));
        for (String placeholder : new String[] {"listen 80;", "# ip_hash;", "127.0.0.1:8080", "127.0.0.1:8081"}) {
            assertThat(site).contains(placeholder);
        }
        Path conf = Files.writeString(directory.resolve("nginx.conf"), """
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events {}
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  %2$s
                }
                """.formatted(directory, site.replace("listen 80;", "listen 127.0.0.1:" + port + ";").replace("# ip_hash;", sticky ? "ip_hash;" : "")
                .replace("127.0.0.1:8080", "127.0.0.1:" + first.port()).replace("127.0.0.1:8081", "127.0.0.1:" + second.port())));
        Process process = new ProcessBuilder(executable.get().toString(), "-c", conf.toString(), "-p", directory.toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("output.log").toFile()).start();
        Nginx nginx = new Nginx(port, process);
        await().atMost(Duration.ofSeconds(10)).until(() -> nginx.answers() || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(directory.resolve("output.log"))).isTrue();
        return nginx;
    }

    /** {@code localhost:…}. */
    String host() {
        return "localhost:" + port;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
