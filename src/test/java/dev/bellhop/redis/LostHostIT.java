package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.live.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A Redis host that vanishes without a word: the connections stand, and nothing comes back on them. */
class LostHostIT {

    /** Passes bytes on; after {@link #swallow}, those of the connections there are go nowhere, while new ones work. */
    private static final class Network implements AutoCloseable {
        private final ServerSocket server;
        private final int target;
        private volatile long lostBefore;

        Network(int target) throws IOException {
            this.target = target;
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            run(() -> {
                while (true) {
                    Socket near = server.accept();
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                    long born = System.nanoTime();
                    run(() -> pass(near.getInputStream(), far.getOutputStream(), born));
                    run(() -> pass(far.getInputStream(), near.getOutputStream(), born));
                }
            });
        }

        private interface Task {
            void run() throws IOException;
        }

        private static void run(Task task) {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } catch (IOException closed) {
                    return;
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private void pass(InputStream in, OutputStream out, long born) throws IOException {
            byte[] bytes = new byte[8192];
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                if (born > lostBefore || lostBefore == 0) {
                    out.write(bytes, 0, n);
                    out.flush();
                }
            }
        }

        void swallow() {
            lostBefore = System.nanoTime();
        }

        String uri() {
            return "redis://localhost:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void newConnectionsAreMadeWithinSecondsAndNothingIsMissed() throws Exception {
        try (dev.bellhop.it.Redis redis = dev.bellhop.it.Redis.create(); Network network = new Network(redis.port());
                TestNode node = TestNode.start(network.uri()).awaitRedis().withPages()) {
            assertThat(node.redis().call(commands -> commands.set("a", "1")).get()).isEqualTo("OK");
            network.swallow();
            await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(ExecutionException.class)
                    .until(() -> "2".equals(node.redis().call(commands -> commands.incr("a")).get().toString()) || "2".equals(redis.commands().get("a")));
            await().atMost(Duration.ofSeconds(40)).until(() -> node.pubSub().hears());
        }
    }
}
