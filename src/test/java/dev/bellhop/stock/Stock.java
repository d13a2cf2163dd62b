package dev.bellhop.stock;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An application server as its archive unpacks it, in a directory of its own. It is set up by the commands that the documents show,
 * and by nothing else; but its ports are others, since tests run side by side.
 */
abstract class Stock implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    protected final Path home;
    private final Path output;
    private final Shell shell;

    /**
     * @param home where the server is to lie
     */
    protected Stock(Path home) {
        this.home = home;
        this.output = home.resolveSibling(home.getFileName() + ".out");
        this.shell = new Shell(home, output).with("JAVA_HOME", System.getProperty("java.home"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "kill-stock"));
    }

    /** The one that the system property {@code server.name} names. */
    static Stock chosen(Path directory) throws IOException {
        return switch (System.getProperty("server.name", "wildfly")) {
            case "wildfly" -> new StockWildFly(directory.resolve("wildfly"));
            case "payara" -> new StockPayara(directory.resolve("payara"));
            case "liberty" -> new StockLiberty(directory.resolve("liberty"));
            default -> throw new IllegalArgumentException("server.name must be wildfly, payara or liberty");
        };
    }

    /** As the documents' commands call it: {@code wildfly}, {@code payara} or {@code liberty}. */
    abstract String kind();

    /** Where the unpacked archive lies that all tests share and nobody writes to. */
    abstract Path archive();

    /** The directories in it that the server or its tools write to. */
    abstract List<String> written();

    /** Gives it ports of its own, as soon as it has files for them; called after each step. */
    abstract void movePorts() throws IOException;

    abstract int http();

    /** Where it logs. */
    abstract Path log();

    /** Where a WAR is put to be deployed. */
    protected abstract Path deployments();

    /** The process, if it runs. */
    protected abstract Optional<ProcessHandle> process();

    /** Options for the server's JVM, by a file that the server reads; before it starts. */
    abstract void javaOptions(List<String> options) throws IOException;

    /** Ends it in order, by its own tool. */
    abstract void stop() throws IOException;

    /** Starts it again as the documents say. */
    abstract void start() throws IOException;

    /**
     * Takes in what the shipped file has as a line that is switched off: the server is to know of a proxy that ends TLS before it.
     *
     * @param shipped     {@code server-config}
     * @param javaOptions with which it reaches its public address, and trusts it
     */
    abstract void behindProxy(Path shipped, List<String> javaOptions) throws IOException;

    /** The one line of a file that begins so, without what switches it off. */
    protected static String switchedOff(Path file, String begin) throws IOException {
        List<String> found = Files.readAllLines(file).stream().filter(line -> line.startsWith("# " + begin)).toList();
        if (found.size() != 1) {
            throw new IOException("one line expected in " + file + " that begins with " + begin + ", not " + found);
        }
        return found.get(0).substring(2);
    }

    /** Makes the directory anew, as the archive has it. */
    void unzip() throws IOException {
        kill();
        if (Files.exists(home)) {
            delete(home);
        }
        Files.deleteIfExists(output);
        Files.createDirectories(home);
        Path archive = archive();
        Files.walkFileTree(archive, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(home.resolve(archive.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                copy(file, archive.relativize(file));
                return FileVisitResult.CONTINUE;
            }
        });
        movePorts();
    }

    /** Why links: the servers are some hundred megabytes each. What is written to is copied. */
    private void copy(Path file, Path relative) throws IOException {
        if (written().stream().noneMatch(relative::startsWith)) {
            try {
                Files.createLink(home.resolve(relative), file);
                return;
            } catch (UnsupportedOperationException | FileSystemException e) {
                Files.deleteIfExists(home.resolve(relative)); // another file system
            }
        }
        Files.copy(file, home.resolve(relative), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The shell of whoever sets it up, in the server's directory. */
    Shell shell() {
        return shell;
    }

    /** Does what a document says. */
    void follow(Commands.Step step) throws IOException {
        shell.run(step.script());
        movePorts();
    }

    String url(String path) {
        return "http://localhost:" + http() + path;
    }

    /** Deploys an application and waits until it answers. */
    void deploy(Desk desk, Path target) throws IOException {
        deploy(desk.war(target), desk);
    }

    /** The same, of a WAR that is there. */
    void deploy(Path war, Desk desk) throws IOException {
        Path part = Files.createDirectories(deployments()).resolveSibling(war.getFileName() + ".part");
        Files.copy(war, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, deployments().resolve(war.getFileName()), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        await(desk.name() + " answers").atMost(PATIENCE).pollInterval(200, TimeUnit.MILLISECONDS).until(() -> status(desk.path() + "/login.html") == 200);
    }

    /** Takes it away and waits until it is gone. */
    void undeploy(Desk desk) throws IOException {
        Files.delete(deployments().resolve(desk.name() + ".war"));
        await(desk.name() + " is gone").atMost(PATIENCE).pollInterval(200, TimeUnit.MILLISECONDS).until(() -> status(desk.path() + "/login.html") == 404);
    }

    /** The HTTP status of an address of the server itself; 0 if nobody answers. */
    int status(String path) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create(url(path)).toURL().openConnection(java.net.Proxy.NO_PROXY);
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(20_000);
            connection.setInstanceFollowRedirects(false);
            return connection.getResponseCode();
        } catch (IOException nobody) {
            return 0;
        }
    }

    /** All of its log so far. */
    String logged() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    void awaitReady() {
        await("Bellhop is ready").atMost(PATIENCE).pollInterval(200, TimeUnit.MILLISECONDS).until(() -> status("/bellhop/health/ready") == 200);
    }

    protected final void awaitLog(String text) {
        await(text + " in " + log()).atMost(PATIENCE).pollInterval(100, TimeUnit.MILLISECONDS).until(() -> logged().contains(text));
    }

    protected static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    protected static Optional<ProcessHandle> process(Path pidFile) {
        try {
            return Files.exists(pidFile) ? ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip())).filter(ProcessHandle::isAlive)
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** {@code kill -9}, if it runs. */
    void kill() {
        process().ifPresent(running -> {
            running.destroyForcibly();
            running.onExit().orTimeout(20, TimeUnit.SECONDS).join();
        });
    }

    @Override
    public void close() {
        kill();
    }
}
