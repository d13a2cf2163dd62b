package dev.bellhop.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** One page's WebSocket, as the load generator sees it. Touched by the thread of {@link Pages} alone. */
final class Page {
    private static final byte[] KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIME = "\"t\":".getBytes(StandardCharsets.US_ASCII);
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private enum State { CONNECTING, UPGRADING, LOGGING_IN, OPEN, CLOSED }

    final String user;
    /** The page's connection in whose place this one comes, or null. */
    final Page before;
    private final Pages pages;
    private final Contender.Running server;
    private final byte[] head;
    private final Dialogue dialogue;
    private final SocketChannel channel;
    final long begunNanos = System.nanoTime();

    private State state = State.CONNECTING;
    private byte[] rest = {};
    private Page after;
    /** The messages that the page has had by all its connections, by when they were due; null until it is noted. */
    private Set<Long> had;

    Page(Pages pages, String user, Contender.Running server, SocketChannel channel) {
        this(pages, user, server, channel, server.dialogue(user), null);
    }

    private Page(Pages pages, String user, Contender.Running server, SocketChannel channel, Dialogue dialogue, Page before) {
        this.pages = pages;
        this.user = user;
        this.server = server;
        this.channel = channel;
        this.dialogue = dialogue;
        this.before = before;
        had = before == null ? null : before.had;
        byte[] first = server.handshake(user).getBytes(StandardCharsets.UTF_8);
        head = Arrays.copyOf(first, first.length + KEY.length);
        System.arraycopy(KEY, 0, head, first.length, KEY.length);
    }

    /**
     * Comes by another connection, if it is to.
     *
     * @param closeCode with which the server has closed this one; 0 if it is open
     * @return whether it does
     */
    boolean comesAgain(int closeCode) throws IOException {
        Dialogue next = after != null || dialogue == null ? null : dialogue.successor(closeCode);
        if (next != null) {
            had();
            after = pages.open(other -> new Page(pages, user, server, other, next, this));
            pages.asked(this);
        }
        return after != null;
    }

    /** Whether the other connection has been answered. */
    boolean isHandedOver() {
        return after != null && after.state == State.OPEN;
    }

    private Set<Long> had() {
        if (had == null) {
            had = new HashSet<>();
        }
        return had;
    }

    /** Notes a message; false if the page has had it. */
    boolean isFirst(long dueNanos) {
        return had().add(dueNanos);
    }

    SocketChannel channel() {
        return channel;
    }

    void connected(SelectionKey key) throws IOException {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        state = State.UPGRADING;
        write(ByteBuffer.wrap(head));
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) { // why a loop: what pages send is small, and the socket's buffer empty
            channel.write(bytes);
        }
    }

    /** Takes what has been read, bytes {@code from} to {@code to}. */
    void read(byte[] bytes, int from, int to) throws IOException {
        if (rest.length > 0) {
            byte[] all = Arrays.copyOf(rest, rest.length + to - from);
            System.arraycopy(bytes, from, all, rest.length, to - from);
            rest = new byte[0];
            take(all, 0, all.length);
        } else {
            take(bytes, from, to);
        }
    }

    private void take(byte[] bytes, int from, int to) throws IOException {
        int at = from;
        if (state == State.UPGRADING) {
            int end = find(bytes, from, to, new byte[] {'\r', '\n', '\r', '\n'});
            if (end < 0) {
                rest = Arrays.copyOfRange(bytes, from, to);
                return;
            }
            String answer = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
            if (!answer.startsWith("HTTP/1.1 101")) {
                throw new IOException("the handshake was answered with " + answer.lines().findFirst().orElse(""));
            }
            at = end;
            if (dialogue == null) {
                state = State.OPEN;
                pages.opened(this);
            } else {
                state = State.LOGGING_IN;
                send(TEXT, dialogue.first().getBytes(StandardCharsets.UTF_8));
            }
        }
        while (to - at >= 2) {
            int length = bytes[at + 1] & 0x7f;
            int payload = at + 2;
            if (length == 126) {
                payload += 2;
                length = to < payload ? Integer.MAX_VALUE : (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
            } else if (length == 127) {
                payload += 8;
                length = to < payload ? Integer.MAX_VALUE : (int) ByteBuffer.wrap(bytes, at + 2, 8).getLong();
            }
            if (to - payload < length) {
                break;
            }
            frame(bytes[at] & 0x0f, bytes, payload, payload + length);
            at = payload + length;
        }
        if (at < to) {
            rest = Arrays.copyOfRange(bytes, at, to);
        }
    }

    private void frame(int opcode, byte[] bytes, int from, int to) throws IOException {
        if (opcode == TEXT) {
            int time = find(bytes, from, to, TIME);
            if (dialogue != null && (time < 0 || bytes[from] == '[')) { // why: an array may hold messages and something to be answered
                answer(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            }
            while (time >= 0) {
                long sent = 0;
                int i = time;
                for (; i < to && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
                    sent = 10 * sent + bytes[i] - '0';
                }
                pages.delivered(this, sent);
                time = bytes[from] == '[' ? find(bytes, i, to, TIME) : -1;
            }
        } else if (opcode == PING) {
            send(PONG, Arrays.copyOfRange(bytes, from, to));
        } else if (opcode == CLOSE) {
            pages.closed(this, to - from < 2 ? 1005 : (bytes[from] & 0xff) << 8 | bytes[from + 1] & 0xff);
        }
    }

    private void answer(String frame) throws IOException {
        String answer = dialogue.answer(frame);
        if (answer != null) {
            send(TEXT, answer.getBytes(StandardCharsets.UTF_8));
        }
        if (state == State.LOGGING_IN && dialogue.isLoggedIn()) {
            state = State.OPEN;
            pages.opened(this);
        }
        comesAgain(0);
    }

    /** A client's frames are masked; the mask is zero, which leaves the text as it is. */
    private void send(int opcode, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        write(frame.putInt(0).put(payload).flip());
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    void end() {
        state = State.CLOSED;
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    /** The place behind the first {@code wanted}, or -1. */
    private static int find(byte[] bytes, int from, int to, byte[] wanted) {
        for (int i = from; i <= to - wanted.length; i++) {
            int j = 0;
            while (j < wanted.length && bytes[i + j] == wanted[j]) {
                j++;
            }
            if (j == wanted.length) {
                return i + j;
            }
        }
        return -1;
    }
}
