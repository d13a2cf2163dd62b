package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;

import dev.bellhop.login.Login;
import dev.bellhop.message.Position;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page as its node sees it: a WebSocket of no server, which notes each frame. Thread-safe. */
public final class TestPage {
    private static final Pattern ID = Pattern.compile("^\\{\"id\":\"([0-9-]+)\",");
    private static final Pattern FROM = Pattern.compile("\"from_id\":\"([0-9-]+)\"");

    private final TestNode node;
    private final Connection connection;
    private final Consumer<String> shows;
    private final List<String> frames = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();
    private volatile CloseReason closed;
    private volatile boolean closedUnderALock;
    private volatile boolean reads = true;
    private volatile boolean endsSendsAtOnce;
    private volatile boolean sendsFail;
    private boolean holds; // guarded by held
    private final List<SendHandler> held = new ArrayList<>();

    /** @param shows is told of each frame, on the thread that sends it; it must not block */
    TestPage(TestNode node, Consumer<String> shows, String user, String... roles) {
        this.node = node;
        this.shows = shows;
        Object remote = Proxy.newProxyInstance(TestPage.class.getClassLoader(), new Class<?>[] {RemoteEndpoint.Async.class},
                (proxy, method, args) -> {
                    if (method.getName().equals("sendText")) {
                        sendText((String) args[0], (SendHandler) args[1]);
                    }
                    return null;
                });
        Object session = Proxy.newProxyInstance(TestPage.class.getClassLoader(), new Class<?>[] {Session.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "getAsyncRemote" -> remote;
                    case "isOpen" -> closed == null;
                    case "close" -> {
                        closedUnderALock = Thread.holdsLock(feed());
                        ended((CloseReason) args[0]);
                        yield null;
                    }
                    default -> null;
                });
        connection = node.connections().open(new WebSocketTransport((Session) session), new Login(user, "login of " + user, null, true, java.util.Set.of(roles)));
    }

    // why at random: servers complete a send within the call, or later on another thread
    private void sendText(String text, SendHandler handler) {
        if (sendsFail) {
            handler.onResult(new SendResult(new IOException("closed")));
            return;
        }
        synchronized (held) {
            if (holds) {
                held.add(handler);
                return;
            }
        }
        Matcher id = ID.matcher(text);
        synchronized (frames) {
            frames.add(text);
            if (id.find()) {
                positions.add(Position.of(id.group(1)));
            }
        }
        shows.accept(text);
        if (!reads) {
            return;
        }
        if (!endsSendsAtOnce && ThreadLocalRandom.current().nextInt(4) == 0) {
            node.threads().schedule(() -> handler.onResult(new SendResult()), ThreadLocalRandom.current().nextInt(300), TimeUnit.MICROSECONDS);
        } else {
            handler.onResult(new SendResult());
        }
    }

    /** From now on sends neither arrive nor end. */
    void holdSends() {
        synchronized (held) {
            holds = true;
        }
    }

    /** The server has closed the connection, and nobody has been told: what is held fails, and so does what comes. */
    void failSends() {
        sendsFail = true;
        List<SendHandler> failing;
        synchronized (held) {
            failing = List.copyOf(held);
            held.clear();
        }
        failing.forEach(handler -> handler.onResult(new SendResult(new IOException("closed"))));
    }

    /** From now on each send ends within the call, so whoever begins one also ends it. */
    TestPage endingSendsAtOnce() {
        endsSendsAtOnce = true;
        return this;
    }

    private UserFeed feed() {
        return connection.feed();
    }

    private void ended(CloseReason reason) {
        if (closed == null) {
            closed = reason;
            connection.ended();
        }
    }

    /** The page sends a frame. */
    public void send(String frame) {
        node.reader().text(connection, frame);
    }

    /** @param after the last message it has seen, or null */
    public TestPage login(Position after) {
        send(after == null ? message("login") : "{\"msg_type\":\"login\",\"data\":{\"last_id\":\"" + after + "\"}}");
        return this;
    }

    /** From now on a frame that is sent stays under way. */
    void stopReading() {
        reads = false;
    }

    /** Whether the server was called under the lock of the user's connections. */
    boolean closedUnderALock() {
        return closedUnderALock;
    }

    /** The page goes away. */
    public void leave() {
        ended(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, ""));
    }

    public List<String> frames() {
        synchronized (frames) {
            return List.copyOf(frames);
        }
    }

    /** The positions of the messages it was sent, in the order in which they came. */
    public List<Position> positions() {
        synchronized (frames) {
            return List.copyOf(positions);
        }
    }

    /** From where its node says that it began, or null before it has logged in. */
    public Position from() {
        return frames().stream().map(FROM::matcher).filter(Matcher::find).map(from -> Position.of(from.group(1))).findFirst().orElse(null);
    }

    /** The code with which Bellhop closed it; 0 while it is open. */
    public int closeCode() {
        CloseReason reason = closed;
        return reason == null ? 0 : reason.getCloseCode().getCode();
    }

    Connection connection() {
        return connection;
    }
}
