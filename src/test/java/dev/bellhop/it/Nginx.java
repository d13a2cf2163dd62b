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

/** A real nginx with {@code server-config/proxy/nginx.conf}. */
public final class Nginx implements AutoCloseable {

    private final int port;
    private final int tls;
    private final Process process;

    private Nginx(int port, int tls, Process process) {
        this.port = port;
        this.tls = tls;
        this.process = process;
    }

    /**
     * Starts one before two nodes, without TLS. Without nginx on the machine the test is skipped; in CI it fails.
     *
     * @param sticky whether a browser stays at one node
     */
    static Nginx before(ServerNode first, ServerNode second, boolean sticky) throws IOException {
        int port = freePort();
        String site = replace(shipped(), "listen 80;", "listen 127.0.0.1:" + freePort() + ';', "listen 443 ssl;", "listen 127.0.0.1:" + port + ';',
                "server_name www.example.com;", "server_name localhost;",
                "ssl_certificate /etc/ssl/certs/www.example.com.pem;", "", "ssl_certificate_key /etc/ssl/private/www.example.com.key;", "",
                "# ip_hash;", sticky ? "ip_hash;" : "", "127.0.0.1:8080", "127.0.0.1:" + first.port(), "127.0.0.1:8081", "127.0.0.1:" + second.port());
        return start(Servers.target().resolve("it/nginx"), site, port, port);
    }

    /**
     * Starts one before one node, with TLS. Without nginx on the machine the test is skipped; in CI it fails.
     *
     * @param directory where it writes
     * @param host      the public name
     * @param node      the node's HTTP port
     */
    public static Nginx withTls(Path directory, String host, int node, Path certificate, Path key) throws IOException {
        int port = freePort();
        int tls = freePort();
        String site = replace(shipped(), "listen 80;", "listen 127.0.0.1:" + port + ';', "listen 443 ssl;", "listen 127.0.0.1:" + tls + " ssl;",
                "www.example.com;", host + ';', "/etc/ssl/certs/www.example.com.pem", certificate.toString(),
                "/etc/ssl/private/www.example.com.key", key.toString(), "127.0.0.1:8080", "127.0.0.1:" + node,
                "    server 127.0.0.1:8081 max_fails=1 fail_timeout=5s;\n", "");
        return start(directory, site, port, tls);
    }

    /**
     * Starts one before one node that lets no WebSocket through, and else does what nginx does where nobody has set anything: it holds
     * answers back.
     *
     * @param silent a port where nobody answers, for the handshakes; 0: the node refuses them, as they are no upgrade any more
     */
    public static Nginx withoutWebSockets(Path directory, ServerNode node, int silent) throws IOException {
        int port = freePort();
        String silence = silent == 0 ? "" : "location = /bellhop/ws { proxy_pass http://127.0.0.1:" + silent + "; }";
        return start(directory, """
                server {
                  listen 127.0.0.1:%1$d;
                  %2$s
                  location / {
                    proxy_pass http://127.0.0.1:%3$d;
                    proxy_set_header Host $http_host;
                    proxy_http_version 1.1;
                  }
                }
                """.formatted(port, silence, node.port()), port, port);
    }

    private static String shipped() throws IOException {
        return Files.readString(Servers.checkout().resolve("server-config/proxy/nginx.conf"));
    }

    private static String replace(String text, String... pairs) {
        String replaced = text;
        for (int i = 0; i < pairs.length; i += 2) {
            assertThat(replaced).contains(pairs[i]);
            replaced = replaced.replace(pairs[i], pairs[i + 1]);
        }
        return replaced;
    }

    private static Nginx start(Path directory, String site, int port, int tls) throws IOException {
        Optional<Path> executable = Stream.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx")
                .map(Path::of).filter(Files::isExecutable).findFirst();
        if (System.getenv("CI") != null) {
            assertThat(executable).as("nginx; .ci/run installs it").isPresent();
        }
        assumeThat(executable).as("nginx is not on this machine").isPresent();
        Files.createDirectories(directory);
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
                """.formatted(directory, site));
        Process process = new ProcessBuilder(executable.get().toString(), "-c", conf.toString(), "-p", directory.toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("output.log").toFile()).start();
        Nginx nginx = new Nginx(port, tls, process);
        await().atMost(Duration.ofSeconds(10)).until(() -> nginx.answers() || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(directory.resolve("output.log"))).isTrue();
        return nginx;
    }

    /** Its port for plain HTTP. */
    public int port() {
        return port;
    }

    /** Its port for TLS. */
    public int tls() {
        return tls;
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
