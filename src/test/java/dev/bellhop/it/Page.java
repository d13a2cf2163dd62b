package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One open page: a WebSocket with a browser's cookies and {@code Origin}. Frames are kept in the order in which they came.
 *
 * <p>Thread-safe.
 */
public final class Page implements AutoCloseable {

    /** The close code of a connection that has simply broken. */
    public static final int BROKEN = 1006;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonProvider JSON = JsonProvider.provider();

    private final List<String> frames = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private volatile String closeReason = "";
    private volatile boolean reading = true;
    private volatile WebSocket socket;

    private Page() {
    }

    /** The handshake was answered with something else than an upgrade. */
    public static final class Refused extends RuntimeException {

        private final int status;

        private Refused(int status) {
            super("handshake refused: HTTP " + status);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    /** Opens a connection as a page of the node itself does; it has not sent {@code login} yet. */
    public static Page open(FormLogin login) {
        return open(login, login.node());
    }

    /** Opens a connection to another node with a login's cookies. */
    public static Page open(FormLogin login, ServerNode node) {
        return join(opening(login, node, node.origin()));
    }

    /** Opens a connection and sends {@code login}; returns when it is answered. */
    public static Page loggedIn(FormLogin login) {
        Page page = open(login);
        page.login();
        return page;
    }

    /** The HTTP status with which this handshake is refused; 101 if it is not. */
    public static int handshakeStatus(FormLogin login, String origin) {
        try {
            join(opening(login, login.node(), origin)).close();
            return 101;
        } catch (Refused e) {
            return e.status();
        }
    }

    /** Opens a connection to Bellhop in another application, at {@code ws://…/ws}. */
    public static Page open(FormLogin login, URI webSocket) {
        return join(opening(login, webSocket, login.node().origin()));
    }

    /** Opens without waiting, for many at once. Fails with {@link Refused}. */
    public static CompletableFuture<Page> opening(FormLogin login, ServerNode node, String origin) {
        return opening(login, node.webSocket(), origin);
    }

    private static CompletableFuture<Page> opening(FormLogin login, URI webSocket, String origin) {
        return opening(login.cookieHeader(webSocket).orElse(null), webSocket, origin);
    }

    /** Opens with these cookies, or none. */
    static CompletableFuture<Page> opening(String cookies, URI webSocket, String origin) {
        return opening(FormLogin.CLIENT, cookies, webSocket, origin);
    }

    /** The same by a client of the caller's. */
    public static CompletableFuture<Page> opening(HttpClient client, String cookies, URI webSocket, String origin) {
        Page page = new Page();
        WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
        if (origin != null) {
            builder.header("Origin", origin);
        }
        if (cookies != null) {
            builder.header("Cookie", cookies);
        }
        return builder.buildAsync(webSocket, page.new Reader()).handle((socket, failure) -> {
            if (failure == null) {
                page.socket = socket;
                return page;
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            throw cause instanceof WebSocketHandshakeException refused
                    ? new Refused(refused.getResponse().statusCode())
                    : new CompletionException(cause);
        });
    }

    /** Sends {@code login} and waits for its answer, which it returns. */
    public JsonObject login() {
        send("{\"msg_type\":\"login\"}");
        return awaitType("login");
    }

    /** Sends {@code login} with the last message that this page has seen. */
    public JsonObject login(String lastId) {
        send("{\"msg_type\":\"login\",\"data\":{\"last_id\":\"" + lastId + "\"}}");
        return awaitType("login");
    }

    public void send(String text) {
        socket.sendText(text, true).join();
    }

    public void sendBinary(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    /** All frames so far, in order, as they came. */
    public List<String> frames() {
        return List.copyOf(frames);
    }

    /** All frames so far of that {@code msg_type}, in order, as they came. */
    public List<String> frames(String type) {
        return frames.stream().filter(frame -> type.equals(parse(frame).getString("msg_type", null))).toList();
    }

    /** Waits for the first frame of that {@code msg_type}. */
    public JsonObject awaitType(String type) {
        return awaitFrame(frame -> frame.getString("msg_type", "").equals(type));
    }

    /** Waits for the first frame that is like this; frames that have come before count. */
    public JsonObject awaitFrame(Predicate<JsonObject> like) {
        return poll(PATIENCE, () -> frames.stream().map(Page::parse).filter(like).findFirst().orElse(null));
    }

    /** Waits for that many frames of that {@code msg_type}, and returns them as they came. */
    public List<String> awaitFrames(String type, int count) {
        return poll(PATIENCE, () -> {
            List<String> found = frames(type);
            return found.size() >= count ? found : null;
        });
    }

    /** Stops reading: after the buffers on the way are full, the server cannot send. */
    public void stall() {
        reading = false;
    }

    public void readAgain() {
        reading = true;
        socket.request(1);
    }

    public boolean isOpen() {
        return !closed.isDone();
    }

    /** Whether it answers: what has just broken may not have been noticed yet. */
    public boolean answers() {
        try {
            send("{\"msg_type\":\"ping\"}");
            poll(PATIENCE, () -> frames("pong").isEmpty() && isOpen() ? null : true);
        } catch (RuntimeException broken) {
            return false;
        }
        return isOpen();
    }

    /** Waits until the server closes, and returns its close code, or {@link #BROKEN}. */
    public int awaitClose() {
        return awaitClose(PATIENCE);
    }

    public int awaitClose(Duration patience) {
        return poll(patience, () -> closed.getNow(null));
    }

    public String closeReason() {
        return closeReason;
    }

    /** Closes as a page does that is left. */
    @Override
    public void close() {
        if (isOpen()) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(failure -> null).join();
        }
    }

    /** Breaks the connection without a word, as a lost network does. */
    public void abort() {
        socket.abort();
    }

    public static JsonObject parse(String json) {
        try (var reader = JSON.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }

    /** Waits until there is a value; says what this page has seen if there is none in time. */
    private <T> T poll(Duration patience, Supplier<T> value) {
        try {
            return await().atMost(patience).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                    .until(value::get, Objects::nonNull);
        } catch (ConditionTimeoutException e) {
            int from = Math.max(0, frames.size() - 20);
            throw new AssertionError("not within " + patience + "; close code " + closed.getNow(null) + ", " + frames.size()
                    + " frames, the last of them " + frames.subList(from, frames.size()), e);
        }
    }

    private static Page join(CompletableFuture<Page> opening) {
        try {
            return opening.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Refused refused ? refused : e;
        }
    }

    private final class Reader implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                frames.add(text.toString());
                text.setLength(0);
            }
            if (reading) {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            if (reading) {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closeReason = reason;
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(BROKEN);
        }
    }
}
