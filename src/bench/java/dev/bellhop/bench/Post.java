package dev.bellhop.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;

/** {@code POST messages} with Basic: one by one, to a hundred users at once, and as lines. */
record Post(Options options, Report report) implements Scenario {
    private static final int CONNECTIONS = 8;
    private static final int LISTED = 100;
    private static final int LINES_AT_ONCE = 100;
    /** Why no more: WildFly takes no body over 10 MB. */
    private static final int LINES_A_CALL = 20_000;

    @Override
    public String name() {
        return "post";
    }

    @Override
    public double seconds() {
        return 3.0 * options.warmUp() + 3.0 * options.seconds();
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        String list = IntStream.range(0, LISTED).mapToObj(i -> "\"guest" + i + '"').collect(Collectors.joining(","));
        Body one = n -> Producer.message(Scenarios.user(options, n), n, 0);
        Body many = n -> Producer.message("x", n, 0).replace("\"to_user_id\":\"x\"", "\"to_user_ids\":[" + list + ']');
        measure("one by one", 1, contender, server, redis, seconds -> calls(server, seconds, one));
        measure("to " + LISTED + " users", LISTED, contender, server, redis, seconds -> calls(server, seconds, many));
        measure("as lines, on two connections", 1, contender, server, redis, seconds -> lines(server, seconds));
    }

    private interface Body {
        String of(long number);
    }

    /** One way to publish. */
    private interface Way {
        /** @return how long each call took; of lines how long each waited for its answer is not known, so all are 1 */
        ConcurrentHistogram publish(int seconds) throws IOException, InterruptedException;
    }

    /** Each way is warm before its figure: they have little in common in the server. */
    private void measure(String how, int messages, Contender contender, Contender.Running server, ProcessHandle redis, Way way) throws IOException, InterruptedException {
        way.publish(options.warmUp());
        Cost.Cpu before = Cost.Cpu.of(server.process());
        double redisCpu = Cost.cpuSeconds(redis);
        long begun = System.nanoTime();
        ConcurrentHistogram calls = way.publish(options.seconds());
        double took = (System.nanoTime() - begun) / 1e9;
        Cost.Cpu used = Cost.Cpu.of(server.process()).since(before);
        long sent = calls.getTotalCount() * messages;
        String latencies = calls.getMaxValue() <= 1 ? "- | -"
                : String.format(Locale.ROOT, "%.1f | %.1f", calls.getValueAtPercentile(50) / 1e3, calls.getValueAtPercentile(99) / 1e3);
        report.row("POST messages, " + CONNECTIONS + " connections", "| | | messages a second | p50 ms | p99 ms | server CPU µs each | without the compiler | Redis CPU µs each |\n|---|---|---|---|---|---|---|---|\n",
                String.format(Locale.ROOT, "| %s | %s | %,.0f | %s | %.1f | %.1f | %.1f |%n", contender.name(), how, sent / took, latencies,
                        1e6 * used.all() / sent, 1e6 * used.warm() / sent, 1e6 * (Cost.cpuSeconds(redis) - redisCpu) / sent));
    }

    private static ConcurrentHistogram calls(Contender.Running server, int seconds, Body body) throws IOException, InterruptedException {
        ConcurrentHistogram latencies = new ConcurrentHistogram(1, 60_000_000, 3);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
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
                        byte[] all = Arrays.copyOf(head, head.length + text.length);
                        System.arraycopy(text, 0, all, head.length, text.length);
                        socket.getOutputStream().write(all);
                        answer(in);
                        latencies.recordValue(Math.max(1, (System.nanoTime() - sent) / 1_000));
                    }
                }
                return null;
            });
        }
        await(calls);
        return latencies;
    }

    /** Two connections, each with a thread that sends and one that reads answers. */
    private ConcurrentHistogram lines(Contender.Running server, int seconds) throws IOException, InterruptedException {
        ConcurrentHistogram kept = new ConcurrentHistogram(1, 2, 1);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Socket socket = connect(server);
            Semaphore answered = new Semaphore(0);
            AtomicLong sent = new AtomicLong();
            AtomicBoolean last = new AtomicBoolean();
            calls.add(() -> {
                try (OutputStream out = socket.getOutputStream()) {
                    for (long n = 0; !last.get();) {
                        out.write(head(server, "application/x-ndjson", "Transfer-Encoding: chunked"));
                        long until = n + LINES_A_CALL;
                        while (n < until && System.nanoTime() < end) {
                            StringBuilder some = new StringBuilder();
                            for (int line = 0; line < LINES_AT_ONCE; line++, n++) {
                                some.append(Producer.message(Scenarios.user(options, n), n, 0)).append('\n');
                            }
                            out.write((Integer.toHexString(some.length()) + "\r\n" + some + "\r\n").getBytes(StandardCharsets.UTF_8));
                        }
                        sent.set(n);
                        last.set(System.nanoTime() >= end);
                        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        answered.acquire();
                    }
                }
                return null;
            });
            calls.add(() -> {
                InputStream in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
                long lines = 0;
                do {
                    lines += answers(in, kept);
                    if (lines != sent.get()) {
                        throw new IOException(sent.get() + " lines were sent and " + lines + " answered");
                    }
                    answered.release();
                } while (!last.get());
                return null;
            });
        }
        await(calls);
        return kept;
    }

    /** Reads the answers of one call to their end. */
    private static long answers(InputStream in, ConcurrentHistogram kept) throws IOException {
        String status = line(in);
        if (!status.contains(" 202")) {
            throw new IOException("lines were answered with " + status);
        }
        long lines = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                throw new IOException("lines were answered at once");
            }
        }
        StringBuilder rest = new StringBuilder();
        for (int chunk = Integer.parseInt(line(in), 16); chunk > 0; chunk = Integer.parseInt(line(in), 16)) {
            for (byte c : in.readNBytes(chunk)) {
                if (c != '\n') {
                    rest.append((char) c);
                    continue;
                }
                if (rest.indexOf("{\"messages\"") != 0) {
                    throw new IOException("a line was answered with " + rest);
                }
                rest.setLength(0);
                lines++;
                kept.recordValue(1);
            }
            line(in);
        }
        line(in);
        return lines;
    }

    /** @throws IOException the first failure of all: the others may come of it */
    private static void await(List<Callable<Void>> calls) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            ExecutorCompletionService<Void> ended = new ExecutorCompletionService<>(threads);
            calls.forEach(ended::submit);
            for (int i = 0; i < calls.size(); i++) {
                ended.take().get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a call failed: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
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
