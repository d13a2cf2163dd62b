package dev.bellhop.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** One of a user's tabs stops reading while messages come: the others must not notice, and it must be cut. */
record Stalled(Options options, Report report) implements Scenario {
    private static final double MESSAGES = 500;
    private static final int SECONDS = 60;
    private static final int USERS = 10;
    private static final int TABS = 2;

    @Override
    public String name() {
        return "stalled";
    }

    @Override
    public double seconds() {
        return SECONDS + 10;
    }

    @Override
    public boolean isFor(Contender contender) {
        return Scenarios.isBellhop(contender);
    }

    @Override
    public void run(Contender contender, Contender.Running server, ProcessHandle redis, int redisPort) throws IOException, InterruptedException {
        String text = "x".repeat(8_000);
        try (Pages pages = new Pages(server); Producer producer = new Producer(redisPort)) {
            pages.open(USERS * TABS, i -> "guest" + i % USERS, 4);
            Producer.sleep(1);
            int before = connections(server);
            pages.stall(0);
            long start = System.nanoTime();
            pages.countFrom(start);
            CompletableFuture<Double> cut = CompletableFuture.supplyAsync(() -> awaitCut(server, before, start));
            long sent = producer.run(MESSAGES, SECONDS, start, n -> (out, due) -> out.write(command(Producer.message("guest" + n % USERS, n, due).replace("\"text\":\"", "\"text\":\"" + text))));
            long expected = sent * TABS - sent / USERS; // without the one that does not read
            pages.await(expected);
            long delivered = pages.delivered();
            double after = cut.join();
            pages.wake(0);
            Producer.sleep(2);
            report.row("A tab that does not read, " + (int) MESSAGES + " messages of 8 KB a second to " + USERS + " users with " + TABS + " tabs",
                    "| | the others' p50 ms | p99 ms | expected | lost | cut after s | code |\n|---|---|---|---|---|---|---|\n",
                    String.format(Locale.ROOT, "| %s | %.1f | %.1f | %,d | %,d | %s | %s |%n", contender.name(), pages.latencies().getValueAtPercentile(50) / 1e3,
                            pages.latencies().getValueAtPercentile(99) / 1e3, expected, expected - delivered, after < 0 ? "never" : String.format(Locale.ROOT, "%.0f", after),
                            pages.closed() == 0 ? "-" : Integer.toString(pages.closeCode())));
        }
    }

    private static byte[] command(String message) {
        return ("*3\r\n$7\r\nPUBLISH\r\n$" + Producer.CHANNEL.length() + "\r\n" + Producer.CHANNEL + "\r\n$" + message.length() + "\r\n" + message + "\r\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** Seconds until the server holds one connection less; -1 if it does not come to that. */
    private static double awaitCut(Contender.Running server, int before, long start) {
        try {
            while (System.nanoTime() - start < (SECONDS + 5) * 1e9) {
                if (connections(server) < before) {
                    return (System.nanoTime() - start) / 1e9;
                }
                Producer.sleep(0.5);
            }
        } catch (IOException | InterruptedException e) {
            return -1;
        }
        return -1;
    }

    private static int connections(Contender.Running server) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/bellhop/metrics")).build(), BodyHandlers.ofLines())
                .body().filter(line -> line.startsWith("bellhop_connections ")).mapToInt(line -> (int) Double.parseDouble(line.split(" ")[1])).findFirst().orElse(0);
    }
}
