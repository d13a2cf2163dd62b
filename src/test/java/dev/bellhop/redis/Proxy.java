package dev.bellhop.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between a node and Redis, and can make connections deaf: they stand, and bring nothing. */
final class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final int redisPort;
    private final List<Link> links = new CopyOnWriteArrayList<>();

    Proxy(int redisPort) throws IOException {
        this.redisPort = redisPort;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String uri() {
        return "redis://localhost:" + server.getLocalPort();
    }

    /** From now on the subscriptions that there are bring nothing. */
    void deafen() {
        links.stream().filter(link -> link.subscribes).forEach(link -> link.deaf = true);
    }

    /** From now on no connection that there is brings anything, either way: its host has vanished without a word. */
    void lose() {
        links.forEach(link -> link.deaf = true);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                links.add(new Link(server.accept(), new Socket(InetAddress.getLoopbackAddress(), redisPort)));
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Link link : links) {
                link.node.close();
                link.redis.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static final class Link {
        private final Socket node;
        private final Socket redis;
        private volatile boolean subscribes;
        private volatile boolean deaf;

        Link(Socket node, Socket redis) {
            this.node = node;
            this.redis = redis;
            daemon(() -> copy(node, redis, true));
            daemon(() -> copy(redis, node, false));
        }

        private void copy(Socket from, Socket to, boolean commands) {
            byte[] buffer = new byte[65_536];
            try (from; to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (commands && new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("\r\nSUBSCRIBE\r\n")) {
                        subscribes = true;
                    }
                    if (!deaf) {
                        out.write(buffer, 0, n);
                    }
                }
            } catch (IOException closed) {
                return;
            }
        }
    }
}
