package dev.bellhop.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/** A backend that sends commands to Redis at a steady rate, whatever becomes of them: it never waits for an answer. */
final class Producer implements AutoCloseable {
    static final String CHANNEL = "websocket:producer:channel";
    static final String STREAM = "{websocket}:producer:stream";
    static final String SCHEDULED = "{websocket}:timing:messages";

    /** Makes a frame of about 200 bytes. */
    private static final String TEXT = "Your order has been shipped and will be with you soon. ".repeat(2).strip();

    private static final long TICK_NANOS = 200_000;

    private final Socket socket;
    private final OutputStream out;
    private volatile long errors;

    Producer(int redisPort) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), redisPort);
        socket.setTcpNoDelay(true);
        out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
        Thread reader = new Thread(this::read, "bench-answers");
        reader.setDaemon(true);
        reader.start();
    }

    /** A message that says when it was to be published. */
    static String message(String user, long number, long dueNanos) {
        return "{\"msg_type\":\"notice\",\"to_user_id\":\"" + user + "\",\"data\":{\"n\":" + number + ",\"t\":" + dueNanos + ",\"text\":\"" + TEXT + "\"}}";
    }

    private void read() {
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = socket.getInputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '-' && (i == 0 || buffer[i - 1] == '\n') && i + 3 < read && Character.isLetter(buffer[i + 1])) {
                        errors++;
                    }
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** How many commands Redis has refused. */
    long errors() {
        return errors;
    }

    /**
     * Sends commands for some time.
     *
     * @param command by the nanosecond at which it is due
     * @return how many
     */
    long run(double rate, double seconds, long startNanos, LongFunction<Command> command) throws IOException {
        long all = (long) (rate * seconds);
        long sent = 0;
        while (sent < all) {
            long due = Math.min(all, (long) ((System.nanoTime() - startNanos) * rate / 1e9) + 1);
            for (; sent < due; sent++) {
                command.apply(sent).write(out, startNanos + (long) (sent * 1e9 / rate));
            }
            out.flush();
            LockSupport.parkNanos(TICK_NANOS);
        }
        return all;
    }

    /** One command that is due at some time. */
    interface Command {
        void write(OutputStream out, long dueNanos) throws IOException;

        static Command publish(String user, long number) {
            return (out, due) -> send(out, "PUBLISH", CHANNEL, message(user, number, due));
        }

        /**
         * Kept for many.
         *
         * @param to      the field that says for whom
         * @param counted whether pages that get it count it
         */
        static Command keepFor(String to, long number, boolean counted) {
            return (out, due) -> send(out, "XADD", STREAM, "*", "message",
                    "{\"msg_type\":\"notice\"," + to + ",\"data\":{\"n\":" + number + (counted ? ",\"t\":" + due : "") + ",\"text\":\"" + TEXT + "\"}}");
        }

        static Command keep(String user, long number) {
            return (out, due) -> send(out, "XADD", STREAM, "*", "message", message(user, number, due));
        }
    }

    /** Sends one command at once. */
    void send(String... parts) throws IOException {
        send(out, parts);
    }

    void flush() throws IOException {
        out.flush();
    }

    private static void send(OutputStream out, String... parts) throws IOException {
        StringBuilder command = new StringBuilder(320).append('*').append(parts.length).append("\r\n");
        for (String part : parts) { // all ASCII
            command.append('$').append(part.length()).append("\r\n").append(part).append("\r\n");
        }
        out.write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    static void sleep(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
