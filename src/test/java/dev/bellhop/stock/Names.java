package dev.bellhop.stock;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands for the name service: an HTTP proxy that leads {@code desk.test:443} to a port of this machine. Other names it does not
 * know. Browsers, {@code curl} and servers' JVMs use it as their proxy.
 */
final class Names implements AutoCloseable {

    private final ServerSocket socket;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "names");
        thread.setDaemon(true);
        return thread;
    });

    Names() throws IOException {
        socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** From now on that name and port lead to this port. */
    Names put(String hostAndPort, int port) {
        ports.put(hostAndPort, port);
        return this;
    }

    int port() {
        return socket.getLocalPort();
    }

    ProxySelector selector() {
        return ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket from = socket.accept();
                threads.execute(() -> lead(from));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void lead(Socket from) {
        try (from) {
            InputStream in = from.getInputStream();
            byte[] head = head(in);
            String[] words = new String(head, StandardCharsets.ISO_8859_1).split(" ", 3);
            boolean tunnel = words[0].equals("CONNECT");
            String target = tunnel ? words[1] : authority(URI.create(words[1]));
            Integer port = ports.get(target);
            OutputStream back = from.getOutputStream();
            if (port == null) {
                back.write(("HTTP/1.1 502 No such name\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            try (Socket to = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (tunnel) {
                    back.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                } else {
                    to.getOutputStream().write(head); // why as it is: a server takes an absolute URI too (RFC 9112, 3.2.2)
                }
                threads.execute(() -> copy(from, to));
                copy(to, from);
            }
        } catch (IOException broken) {
            return; // by one of the two
        }
    }

    private static String authority(URI uri) {
        return uri.getHost() + ':' + (uri.getPort() < 0 ? 80 : uri.getPort());
    }

    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended");
            }
            head.write(next);
        }
        return head.toByteArray();
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException broken) {
            try {
                to.close();
            } catch (IOException e) {
                return; // it is closed
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
