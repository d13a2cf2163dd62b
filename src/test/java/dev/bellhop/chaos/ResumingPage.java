package dev.bellhop.chaos;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.Page;
import dev.bellhop.it.ServerNode;
import dev.bellhop.message.Position;
import jakarta.json.JsonObject;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A page that does what the protocol asks of it: comes back after each cut, on another node if its own is dead; logs in with
 * its position; takes its position from the answer; drops what is not after its position; asks again where one is skipped.
 *
 * <p>Thread-safe.
 */
public final class ResumingPage {

    private static final int ANSWER_MILLIS = 15_000;
    private static final int LONGEST_WAIT_MILLIS = 800;
    private static final int LOGIN_ENDED = 4401;

    private final Crowd crowd;
    private final String user;
    private final String name;

    // guarded by this
    private final List<Ledger.Shown> shown = new ArrayList<>();
    private final Set<Ledger.Entry> entries = new HashSet<>();
    private final List<String> diary = new ArrayList<>();
    private ServerNode node;
    private Connection connection;
    private final PagePosition place = new PagePosition();
    private boolean connecting;
    private boolean offline;

    ResumingPage(Crowd crowd, String user, String name, ServerNode node) {
        this.crowd = crowd;
        this.user = user;
        this.name = name;
        this.node = node;
    }

    public String user() {
        return user;
    }

    @Override
    public String toString() {
        return name;
    }

    synchronized Ledger.Screen screen() {
        return new Ledger.Screen(name, user, List.copyOf(shown));
    }

    /** How many messages it has shown; a repeat is none. Why: who waits for the last would stop too early. */
    public synchronized int shownCount() {
        return entries.size();
    }

    synchronized boolean isLoggedIn() {
        return connection != null && !place.isAsking();
    }

    /** What happened to it, newest last. */
    public synchronized List<String> diary() {
        return List.copyOf(diary);
    }

    // --- what is done to it

    public void connect() {
        crowd.run(this::tryToConnect);
    }

    /** Breaks its connection without a word, and keeps it away for a while. */
    void cut(int millis) {
        synchronized (this) {
            offline = true;
            note("cut for " + millis + " ms");
            drop();
            node = crowd.anyNode();
        }
        crowd.later(() -> {
            synchronized (this) {
                offline = false;
            }
            tryToConnect();
        }, millis);
    }

    /** Has it read nothing for a while, its connection place. */
    void stall(int millis) {
        Connection current;
        synchronized (this) {
            current = connection;
            note("stalled for " + millis + " ms");
        }
        if (current != null) {
            current.reading = false;
            crowd.later(current::readAgain, millis);
        }
    }

    synchronized void close() {
        offline = true;
        drop();
    }

    // --- connecting

    private void tryToConnect() {
        ServerNode to;
        synchronized (this) {
            if (offline || connecting || connection != null) {
                return;
            }
            connecting = true;
            to = node;
        }
        try {
            FormLogin login = crowd.login(user, to);
            WebSocket.Builder builder = FormLogin.CLIENT.newWebSocketBuilder().header("Origin", to.origin());
            login.cookieHeader(to.webSocket()).ifPresent(cookies -> builder.header("Cookie", cookies));
            try {
                builder.buildAsync(to.webSocket(), new Connection(to, login)).get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof WebSocketHandshakeException refused && refused.getResponse().statusCode() == 401) {
                    crowd.forget(user, to, login); // the node has been started anew, and knows nobody
                    throw new IllegalStateException("401", e);
                }
                throw e;
            }
        } catch (Exception e) {
            synchronized (this) {
                connecting = false;
                note("no connection to " + to.port() + ": " + (e.getCause() == null ? e : e.getCause()));
                node = crowd.otherThan(to);
            }
            comeBack();
        }
    }

    private void comeBack() {
        crowd.later(this::tryToConnect, crowd.random(LONGEST_WAIT_MILLIS));
    }

    private synchronized void opened(Connection opened) {
        connecting = false;
        if (offline) {
            opened.socket.abort();
            return;
        }
        connection = opened;
        crowd.counts.connects.increment();
        login();
    }

    private synchronized void closed(Connection closed, int code) {
        if (closed == connection) {
            note("closed " + code);
            crowd.counts.closed(code);
            if (code == LOGIN_ENDED) {
                crowd.forget(user, closed.to, closed.login);
            }
            connection = null; // why not cut: a browser answers a close, and leaves it to the server to cut
            node = crowd.otherThan(closed.to);
            comeBack();
        }
    }

    private void drop() {
        if (connection != null) {
            connection.socket.abort();
            connection = null;
        }
    }

    private void login() {
        Connection current = connection;
        place.asks();
        Position position = place.position();
        current.socket.sendText(position == null ? MessageText.message("login")
                : "{\"msg_type\":\"login\",\"data\":{\"last_id\":\"" + position + "\"}}", true);
        note("login to " + current.to.port() + " with " + position);
        crowd.later(() -> {
            synchronized (this) {
                if (current == connection && place.isAsking() && current.reading) {
                    current.socket.abort();
                    closed(current, 0);
                }
            }
        }, ANSWER_MILLIS);
    }

    // --- what the server says

    private synchronized void frame(Connection from, String text) {
        if (from != connection) {
            return;
        }
        JsonObject frame = Page.parse(text);
        switch (frame.getString("msg_type")) {
            case "login" -> answer(frame.getJsonObject("data"));
            case "error" -> {
                note(text);
                crowd.counts.errors.increment();
            }
            case Crowd.MSG_TYPE -> message(frame);
            default -> note(text);
        }
    }

    private void answer(JsonObject answer) {
        Position begin = Position.of(answer.getString("from_id"));
        note("logged in, from " + begin + " to " + answer.getString("last_id") + (answer.getBoolean("recovered") ? "" : ", not recovered"));
        if (!begin.toString().equals(answer.getString("last_id"))) {
            crowd.counts.replays.increment();
        }
        place.answered(begin);
    }

    private void message(JsonObject frame) {
        Position at = Position.of(frame.getString("id"));
        switch (place.message(at)) {
            case WAIT -> {
                // comes again after the answer
            }
            case DROP -> crowd.counts.dropped.increment();
            case ASK -> {
                note("gap before " + at);
                crowd.counts.gaps.increment();
                login();
            }
            case SHOW -> show(at, frame.getJsonObject("data"));
        }
    }

    private void show(Position at, JsonObject data) {
        if (data.getString("run").equals(crowd.run())) {
            Ledger.Entry entry = new Ledger.Entry(data.getString("door"), user, data.getInt("n"));
            shown.add(new Ledger.Shown(entry, at, connection.to.port(), System.currentTimeMillis()));
            entries.add(entry);
            crowd.counts.shown.increment();
        }
    }

    private void note(String what) {
        diary.add(LocalTime.now() + " " + what);
        if (diary.size() > 400) {
            diary.subList(0, 200).clear();
        }
    }

    private final class Connection implements WebSocket.Listener {

        private final ServerNode to;
        private final FormLogin login;
        private final StringBuilder text = new StringBuilder();
        private volatile WebSocket socket;
        private volatile boolean reading = true;

        private Connection(ServerNode to, FormLogin login) {
            this.to = to;
            this.login = login;
        }

        @Override
        public void onOpen(WebSocket opened) {
            socket = opened;
            ResumingPage.this.opened(this);
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                String frame = text.toString();
                text.setLength(0);
                try {
                    frame(this, frame);
                } catch (RuntimeException e) {
                    crowd.failed(e);
                }
            }
            next(from);
            return null;
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
            next(from);
            return null;
        }

        private void next(WebSocket from) {
            if (reading) {
                from.request(1);
            }
        }

        private void readAgain() {
            reading = true;
            socket.request(1);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed(this, code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed(this, Page.BROKEN);
        }
    }
}
