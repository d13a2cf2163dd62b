package dev.bellhop.live;

import jakarta.websocket.SendHandler;
import java.io.IOException;

/**
 * What carries frames to one page: a WebSocket, or the answer to a request that does not end (server-sent events).
 *
 * <p>Each server has its own rules for how it may be called. They end here: all the rest is the same for both.
 */
interface Transport {
    /**
     * Begins to send a frame. The next one may be given only once this one is done.
     *
     * @param done called when the server has taken the frame, or has failed to; on any thread, maybe within this call
     */
    void send(Frame frame, SendHandler done);

    /** Begins to send a sign of life, which also shows whether the page is still there. */
    void ping() throws IOException;

    /** After how many nanoseconds of silence a ping is due, if so many are set. */
    long pingNanos(long set);

    /** Tells the page the code and ends. Some servers take seconds for it. The page may be one that does not read. */
    void close(CloseCode code) throws IOException;

    boolean isOpen();

    /**
     * Whether the page answers on it, as on a WebSocket. If not, its silence means nothing, and its frames come as requests that
     * name the connection.
     */
    boolean isTwoWay();

    /** An object of the server's own, for {@link ServerCalls}. */
    Object server();
}
