package dev.bellhop.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Thousands of pages on one thread. The latency of a message counts from when it was to be published, not from when the producer came
 * to it, so a stall of any part is counted for each message that it held up (coordinated omission).
 */
final class Pages implements AutoCloseable {
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(5);
    private static final int BUFFER = 256 << 10;

    private final Contender.Running server;
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Page> open = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "bench-pages");

    // of the thread alone, but for what is volatile
    private Histogram latencies = histogram();
    private Histogram handshakes = histogram();
    private final ArrayDeque<String> toOpen = new ArrayDeque<>();
    private int opening;
    private int atOnce;
    private long countFrom = Long.MIN_VALUE;
    private Histogram handOvers = histogram();
    private boolean noting;
    private volatile String lastAsked;
    private volatile long handedOver;
    private volatile long closedFirst;
    private volatile long repeated;
    private volatile long delivered;
    private volatile int opened;
    private volatile int closed;
    private volatile int closeCode;
    private volatile long closedNanos;
    private volatile IOException failure;
    private volatile boolean stopped;

    Pages(Contender.Running server) throws IOException {
        this.server = server;
        thread.setDaemon(true);
        thread.start();
    }

    static Histogram histogram() {
        return new Histogram(1, LONGEST_MICROS, 3);
    }

    /** Opens pages, so many handshakes at a time, and waits until all are open. */
    void open(int count, IntFunction<String> user, int handshakesAtOnce) throws IOException, InterruptedException {
        int all = opened + count;
        run(() -> {
            for (int i = 0; i < count; i++) {
                toOpen.add(user.apply(i));
            }
            atOnce = handshakesAtOnce;
            openMore();
        });
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (opened < all) {
            if (failure != null || System.nanoTime() > end) {
                throw new IOException("only " + opened + " of " + all + " pages are open", failure);
            }
            Thread.sleep(1);
        }
    }

    private void openMore() {
        try {
            while (opening < atOnce && !toOpen.isEmpty()) {
                open.add(open(channel -> new Page(this, toOpen.remove(), server, channel)));
                opening++;
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Begins to open a connection. */
    Page open(Function<SocketChannel, Page> made) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        Page page = made.apply(channel);
        channel.register(selector, SelectionKey.OP_CONNECT, page);
        return page;
    }

    /** A page has been asked for its login, and its other connection is on its way. */
    void asked(Page page) {
        lastAsked = page.user;
    }

    void opened(Page page) {
        if (page.before != null) {
            handOvers.recordValue(micros(System.nanoTime() - page.begunNanos));
            handedOver++;
            return;
        }
        handshakes.recordValue(micros(System.nanoTime() - page.begunNanos));
        opening--;
        opened++;
        openMore();
    }

    void delivered(Page page, long dueNanos) {
        if (dueNanos < countFrom) {
            return;
        }
        if (noting && !page.isFirst(dueNanos)) {
            repeated++;
        } else {
            latencies.recordValue(micros(System.nanoTime() - dueNanos));
            delivered++;
        }
    }

    void closed(Page page, int code) throws IOException {
        if (page.isClosed()) {
            return;
        }
        if (page.comesAgain(code)) {
            closedFirst += page.isHandedOver() ? 0 : 1;
            page.end();
        } else {
            closed++;
            closeCode = code;
            closedNanos = System.nanoTime();
            page.end();
        }
    }

    private static long micros(long nanos) {
        return Math.max(1, Math.min(LONGEST_MICROS, nanos / 1_000));
    }

    /** From now on counts what was to be published at this time or later, and nothing else. */
    void countFrom(long dueNanos) throws InterruptedException {
        run(() -> {
            latencies = histogram();
            handshakes = histogram();
            delivered = 0;
            countFrom = dueNanos;
        });
    }

    /** From now on notes which page has had which message. */
    void note() throws InterruptedException {
        run(() -> noting = true);
    }

    /** How many messages have come to a page that had had them. */
    long repeated() {
        return repeated;
    }

    /** The user of the page that has been asked for its login last, or null. */
    String lastAsked() {
        return lastAsked;
    }

    /** How many pages have come by another connection. */
    long handedOver() {
        return handedOver;
    }

    /** How many of them had lost the old one before they were answered on the new one. */
    long closedFirst() {
        return closedFirst;
    }

    /** How long it takes from the request to the answer on the other connection. */
    Histogram handOvers() throws InterruptedException {
        Histogram[] copy = {null};
        run(() -> copy[0] = handOvers.copy());
        return copy[0];
    }

    /** The page reads no more, though its connection stands. */
    void stall(int page) throws InterruptedException {
        run(() -> open.get(page).channel().keyFor(selector).interestOps(0));
    }

    /** The page reads again: it finds what has become of its connection. */
    void wake(int page) throws InterruptedException {
        run(() -> open.get(page).channel().keyFor(selector).interestOps(SelectionKey.OP_READ));
    }

    /** How many deliveries have been counted. */
    long delivered() {
        return delivered;
    }

    int closed() {
        return closed;
    }

    int closeCode() {
        return closeCode;
    }

    long closedNanos() {
        return closedNanos;
    }

    /** Waits until so many have been counted, or none has come for five seconds. */
    void await(long count) throws InterruptedException {
        long last = -1;
        long changed = System.nanoTime();
        while (delivered < count && System.nanoTime() - changed < TimeUnit.SECONDS.toNanos(5)) {
            if (delivered != last) {
                last = delivered;
                changed = System.nanoTime();
            }
            Thread.sleep(5);
        }
    }

    Histogram latencies() throws InterruptedException {
        Histogram[] copy = {null};
        run(() -> copy[0] = latencies.copy());
        return copy[0];
    }

    Histogram handshakes() throws InterruptedException {
        Histogram[] copy = {null};
        run(() -> copy[0] = handshakes.copy());
        return copy[0];
    }

    /** Has the thread run a task, and waits for it. */
    private void run(Runnable task) throws InterruptedException {
        java.util.concurrent.CountDownLatch done = new java.util.concurrent.CountDownLatch(1);
        tasks.add(() -> {
            task.run();
            done.countDown();
        });
        selector.wakeup();
        done.await();
    }

    private void run() {
        while (!stopped) {
            try {
                selector.select(this::ready);
            } catch (IOException e) {
                failure = e;
                return;
            }
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    private void ready(SelectionKey key) {
        Page page = (Page) key.attachment();
        try {
            if (key.isConnectable()) {
                page.connected(key);
                return;
            }
            int read = page.channel().read(buffer.clear());
            if (read < 0) {
                closed(page, 1006);
            } else {
                page.read(buffer.array(), 0, read);
            }
        } catch (ClosedChannelException gone) {
            key.cancel();
        } catch (IOException e) {
            broken(page, e);
        }
    }

    private void broken(Page page, IOException cause) {
        try {
            closed(page, 1006);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        failure = cause;
    }

    @Override
    public void close() {
        stopped = true;
        selector.wakeup();
        try {
            thread.join(5_000);
            selector.keys().forEach(key -> ((Page) key.attachment()).end());
            selector.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // it is gone
        }
    }
}
