package dev.bellhop.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;

/** {@code POST messages} with Basic: one by one, to a hundred users at once, and as lines. */
record Post(Options options, Report report) implements Scenario {
    private static final int CONNECTIONS = 8;
    private static final int LISTED = 100;
    private static final int LINES_AT_ONCE = 100;

    @Override
    public String name() {
        return "post";
    }

    @Override
    public double seconds() {
        return options.warmUp() + 3.0 * options.seconds();
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        String list = IntStream.range(0, LISTED).mapToObj(i -> "\"guest" + i + '"').collect(Collectors.joining(","));
        row("warm-up", contender, server, redis, 1, n -> Producer.message(Scenarios.user(options, n), n, 0));
        row("one by one", contender, server, redis, 1, n -> Producer.message(Scenarios.user(options, n), n, 0));
        row("to " + LISTED + " users", contender, server, redis, LISTED, n -> Producer.message("x", n, 0).replace("\"to_user_id\":\"x\"", "\"to_user_ids\":[" + list + ']'));
        lines(contender, server, redis);
    }

    private interface Body {
        String of(long number);
    }

    private void row(String how, Contender contender, Contender.Running server, ProcessHandle redis, int messages, Body body) throws IOException, InterruptedException {
        ConcurrentHistogram latencies = new ConcurrentHistogram(1, 60_000_000, 3);
        double cpu = Cost.cpuSeconds(server.process());
        double redisCpu = Cost.cpuSeconds(redis);
        long begun = System.nanoTime();
        boolean warmUp = how.equals("warm-up");
        long end = begun + (long) ((warmUp ? options.warmUp() : options.seconds()) * 1e9);
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            int first = i;
            calls.add(() -> {
                try (Socket socket = connect(server)) {
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    for (long n = first; System.nanoTime() < end; n += CONNECTIONS) {
                        byte[] text = body.of(n).getBytes(StandardCharsets.UTF_8);
                        long sent = System.nanoTime();
                        byte[] head = head(server, "application/json", "Content-Length: " + text.length);
                        byte[] all = java.util.Arrays.copyOf(head, head.length + text.length);
                        System.arraycopy(text, 0, all, head.length, text.length);
                        socket.getOutputStream().write(all);
                        answer(in);
                        latencies.recordValue(Math.max(1, (System.nanoTime() - sent) / 1_000));
                    }
                }
                return null;
            });
        }
        await(threads, calls);
        if (!warmUp) {
            report(how, contender, latencies.getTotalCount() * messages, (System.nanoTime() - begun) / 1e9, Cost.cpuSeconds(server.process()) - cpu, Cost.cpuSeconds(redis) - redisCpu,
                    String.format(Locale.ROOT, "%.1f | %.1f", latencies.getValueAtPercentile(50) / 1e3, latencies.getValueAtPercentile(99) / 1e3));
        }
    }

    /** Two connections, each with a thread that sends and one that reads answers. */
    private void lines(Contender contender, Contender.Running server, ProcessHandle redis) throws IOException, InterruptedException {
        double cpu = Cost.cpuSeconds(server.process());
        double redisCpu = Cost.cpuSeconds(redis);
        long begun = System.nanoTime();
        java.util.concurrent.atomic.AtomicLong kept = new java.util.concurrent.atomic.AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Socket socket = connect(server);
            AtomicBoolean sent = new AtomicBoolean();
            calls.add(() -> {
                OutputStream out = socket.getOutputStream();
                out.write(head(server, "application/x-ndjson", "Transfer-Encoding: chunked"));
                long n = 0;
                while (System.nanoTime() - begun < options.seconds() * 1e9) {
                    StringBuilder some = new StringBuilder();
                    for (int line = 0; line < LINES_AT_ONCE; line++, n++) {
                        some.append(Producer.message(Scenarios.user(options, n), n, 0)).append('\n');
                    }
                    out.write((Integer.toHexString(some.length()) + "\r\n" + some + "\r\n").getBytes(StandardCharsets.UTF_8));
                }
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                sent.set(true);
                return null;
            });
            calls.add(() -> {
                try (socket; InputStream in = new BufferedInputStream(socket.getInputStream(), 64 << 10)) {
                    String head = line(in);
                    if (!head.contains(" 202")) {
                        throw new IOException("lines were answered with " + head);
                    }
                    for (String line = line(in); !line.equals("0"); line = line(in)) {
                        if (line.startsWith("{\"messages\"")) {
                            kept.incrementAndGet();
                        }
                    }
                }
                return null;
            });
        }
        await(threads, calls);
        report("as lines, on two connections", contender, kept.get(), (System.nanoTime() - begun) / 1e9, Cost.cpuSeconds(server.process()) - cpu,
                Cost.cpuSeconds(redis) - redisCpu, "- | -");
    }

    private void report(String how, Contender contender, long messages, double took, double cpu, double redisCpu, String latencies) throws IOException {
        report.row("POST messages, " + CONNECTIONS + " connections", "| | | messages a second | p50 ms | p99 ms | server CPU µs each | Redis CPU µs each |\n|---|---|---|---|---|---|---|\n",
                String.format(Locale.ROOT, "| %s | %s | %,.0f | %s | %.0f | %.1f |%n", contender.name(), how, messages / took, latencies, 1e6 * cpu / messages, 1e6 * redisCpu / messages));
    }

    private static void await(ExecutorService threads, List<Callable<Void>> calls) throws IOException, InterruptedException {
        try {
            for (Future<Void> call : threads.invokeAll(calls)) {
                call.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a call failed: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    private static Socket connect(Contender.Running server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static byte[] head(Contender.Running server, String type, String length) {
        return ("POST /bellhop/api/messages HTTP/1.1\r\nHost: localhost:" + server.port() + "\r\nAuthorization: Basic YmFja2VuZDpiYWNrZW5k\r\nContent-Type: " + type + "\r\n"
                + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(100);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection has ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void answer(InputStream in) throws IOException {
        String status = line(in);
        if (!status.contains(" 202")) {
            throw new IOException("answered with " + status);
        }
        long length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Long.parseLong(header.substring(15).strip());
            }
        }
        if (length >= 0) {
            in.skipNBytes(length);
            return;
        }
        for (int chunk = Integer.parseInt(line(in), 16); chunk > 0; chunk = Integer.parseInt(line(in), 16)) {
            in.skipNBytes(chunk);
            line(in);
        }
        line(in);
    }
}
