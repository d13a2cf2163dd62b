package dev.bellhop.soak;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.RedisServer;
import dev.bellhop.it.ServerNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads from outside what a server and its Redis hold, and keeps it as curves. */
final class Gauges {

    private static final Pattern HTTP_SESSIONS = Pattern.compile("io\\.undertow\\.server\\.session\\.InMemorySessionManager\\$SessionImpl"
            + "|org\\.apache\\.catalina\\.session\\.StandardSession|com\\.ibm\\.ws\\.session\\.store\\.memory\\.MemorySession");
    private static final Pattern WEB_SOCKETS = Pattern.compile("io\\.undertow\\.websockets\\.jsr\\.UndertowSession"
            + "|org\\.glassfish\\.tyrus\\.core\\.TyrusSession|com\\.ibm\\.ws\\.wsoc\\.SessionImpl");
    private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(?<count>\\d+)\\s+(?<bytes>\\d+)\\s+(?<name>\\S+).*");
    private static final Pattern CONNECTIONS = Pattern.compile("(?m)^bellhop_connections (\\S+)$");
    private static final Pattern DATASET = Pattern.compile("used_memory_dataset:(\\d+)");
    private static final double MB = 1 << 20;
    /** Too small to matter when it is asked what has grown. */
    private static final long SMALL = 50_000;

    private final ServerNode node;
    private final RedisServer redis;
    private final Curve heap;
    private final Curve ours;
    private final Curve threads;
    private final Curve classLoaders;
    private final Curve files;
    private final Curve httpSessions;
    private final Curve webSockets;
    private final Curve connections;
    private final Curve memory;
    private final Curve keys;
    private Map<String, Long> atFirst = Map.of();
    private Map<String, Long> atLast = Map.of();

    /** @param strict whether there is time enough for a server to come to rest: if not, only gross growth counts */
    Gauges(ServerNode node, RedisServer redis, boolean strict) {
        this.node = node;
        this.redis = redis;
        double lax = strict ? 1 : 4;
        // why more on Payara: its five HTTP threads each keep the last request that they upgraded, and with it an application that has gone
        boolean keeps = node.server().equals("Payara");
        heap = new Curve("live heap", "MB", lax * (keeps ? 10 : 6), 0.03 * lax);
        ours = new Curve("Bellhop's own objects", "", lax * 1_000, 0.1 * lax);
        threads = new Curve("threads", "", lax * 6, 0);
        // why some: pool threads and, on Open Liberty, loggers keep a few. There each deployment adds one in which the closing of a page never
        // returns that cuts instead of answering (servers.md); no page of this test does
        classLoaders = new Curve("class loaders of Bellhop", "", keeps ? 6 : 3, 0);
        files = new Curve("open files", "", lax * 10, 0.02 * lax);
        httpSessions = new Curve("HTTP sessions", "", lax * 15, 0.2 * lax);
        webSockets = new Curve("WebSocket sessions", "", lax * 15, 0.2 * lax);
        connections = new Curve("connections", "", lax * 15, 0.2 * lax);
        // why not judged otherwise: what is remembered for a day grows until the first one has passed
        memory = new Curve("data in Redis", "MB", strict ? 0.5 : Double.NaN, 0.1);
        keys = new Curve("keys in Redis", "", strict ? 200 : Double.NaN, 0.1);
    }

    List<Curve> curves() {
        return List.of(heap, ours, threads, classLoaders, files, httpSessions, webSockets, connections, memory, keys);
    }

    int samples() {
        return heap.size();
    }

    void read(double minute) {
        Map<String, Long> bytes = new TreeMap<>();
        double all = 0;
        long own = 0;
        long http = 0;
        long socket = 0;
        for (String line : node.jcmd("GC.class_histogram").lines().toList()) { // after a full collection
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                continue;
            }
            String name = row.group("name");
            long count = Long.parseLong(row.group("count"));
            all += Long.parseLong(row.group("bytes"));
            if (name.startsWith("dev.bellhop.")) {
                own += count;
            } else if (HTTP_SESSIONS.matcher(name).matches()) {
                http += count;
            } else if (WEB_SOCKETS.matcher(name).matches()) {
                socket += count;
            }
            if (Long.parseLong(row.group("bytes")) > SMALL || name.startsWith("dev.bellhop.")) {
                bytes.merge(name, Long.parseLong(row.group("bytes")), Long::sum);
            }
        }
        heap.add(minute, all / MB);
        ours.add(minute, own);
        httpSessions.add(minute, http);
        webSockets.add(minute, socket);
        threads.add(minute, node.threads().size());
        classLoaders.add(minute, node.jcmd("VM.classloaders", "show-classes=true").lines().filter(line -> line.endsWith(" dev.bellhop.app.Lifecycle")).count());
        files.add(minute, openFiles());
        connections.add(minute, openConnections());
        memory.add(minute, dataInRedis() / MB);
        keys.add(minute, redis.commands().dbsize());
        if (heap.value(heap.size() - 1) == heap.before()) {
            atFirst = bytes;
        }
        atLast = bytes;
    }

    /** NaN where the system does not tell. */
    private double openFiles() {
        Path open = Path.of("/proc", Long.toString(node.process().pid()), "fd");
        if (!Files.isReadable(open)) {
            return Double.NaN;
        }
        try (Stream<Path> files = Files.list(open)) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections of which Bellhop says that they are open. */
    double openConnections() {
        Matcher found = CONNECTIONS.matcher(FormLogin.none(node).get("/bellhop/metrics").body());
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }

    private double dataInRedis() {
        Matcher found = DATASET.matcher(redis.commands().info("memory"));
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }

    /** The classes whose objects take more of the heap at the end than when it was at its least before: most first. */
    String grown() {
        return atLast.entrySet().stream().map(entry -> Map.entry(entry.getKey(), entry.getValue() - atFirst.getOrDefault(entry.getKey(), 0L)))
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(25)
                .map(entry -> String.format("%,12d B  %s", entry.getValue(), entry.getKey())).collect(Collectors.joining("\n"));
    }
}
