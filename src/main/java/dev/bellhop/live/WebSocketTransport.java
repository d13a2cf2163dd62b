package dev.bellhop.live;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A WebSocket of the server's. */
final class WebSocketTransport implements Transport {
    /** How long a page may take to answer a close. */
    private static final long CUT_MILLIS = 5_000;

    private final Session session;
    private final RemoteEndpoint.Async remote;

    WebSocketTransport(Session session) {
        this.session = session;
        this.remote = session.getAsyncRemote();
    }

    @Override
    public void send(Frame frame, SendHandler done) {
        remote.sendText(frame.text(), done);
    }

    @Override
    public void ping() throws IOException {
        remote.sendPing(ByteBuffer.allocate(0));
    }

    @Override
    public long pingNanos(long set) {
        return set;
    }

    @Override
    public void close(CloseCode code) throws IOException {
        session.close(code.reason());
        // why: to a page that does not read, the close frame never gets out, and its socket would stay open as long as the page
        // likes; this has the server cut it. Why not before: Payara may take it for a time-out that has passed
        session.setMaxIdleTimeout(CUT_MILLIS);
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public boolean isTwoWay() {
        return true;
    }

    @Override
    public Object server() {
        return remote;
    }
}
