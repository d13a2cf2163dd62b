package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Message;
import dev.bellhop.server.RedisProcess;
import dev.bellhop.stock.Certificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code rediss://}: commands and subscriptions over TLS, to a Redis whose certificate the JVM trusts, and to no other. */
class TlsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<String> TRUST = List.of("javax.net.ssl.trustStore", "javax.net.ssl.trustStorePassword", "javax.net.ssl.trustStoreType");

    private final int port = RedisServer.freePort();
    private Certificate certificate;
    private RedisProcess redis;

    @BeforeEach
    void start() throws Exception {
        Path directory = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath().resolve("target/it/redis-tls-" + port);
        certificate = Certificate.of("localhost", directory);
        redis = RedisProcess.start(directory, RedisServer.freePort(), "--tls-port", Integer.toString(port), "--tls-cert-file", certificate.pem().toString(),
                "--tls-key-file", certificate.keyPem().toString(), "--tls-ca-cert-file", certificate.pem().toString(), "--tls-auth-clients", "no");
    }

    @AfterEach
    void stop() {
        TRUST.forEach(System::clearProperty);
        redis.close();
    }

    @Test
    void aNodeWorksOverTls() {
        certificate.javaOptions().forEach(option -> System.setProperty(option.substring(2, option.indexOf('=')), option.substring(option.indexOf('=') + 1)));
        try (TestNode node = TestNode.start("rediss://localhost:" + port).awaitRedis().withPages()) {
            TestPage page = node.open("u").login(null);
            await().atMost(SOON).until(() -> page.from() != null);
            node.inbox().publish("u", List.of(new Draft(new Message("notice", "u", "1", null, 0), null))).join();
            await().atMost(SOON).until(() -> page.positions().size() == 1);
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() {
        try (TestNode node = TestNode.start("rediss://localhost:" + port)) {
            await().during(Duration.ofSeconds(3)).atMost(SOON).until(() -> !node.redis().isConnected());
            assertThat(node.metrics().snapshot()).containsEntry("redis_connects", 0L);
        }
    }
}
