package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.login.HandshakeConfigurator;
import dev.bellhop.login.Login;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** The WebSocket of every page: hands the server's calls to the {@link Connection}. One instance per connection. */
@Dependent // why: on some servers an endpoint without a scope is not injected
@ServerEndpoint(value = "/ws", configurator = HandshakeConfigurator.class)
public class WebSocketEndpoint {
    private static final System.Logger LOG = System.getLogger(WebSocketEndpoint.class.getName());

    @Inject
    private Settings settings;
    @Inject
    private Connections connections;
    @Inject
    private FrameReader reader;

    private volatile Connection connection;

    @OnOpen
    public void open(Session session) {
        // why twice as much: a frame a little too large then gets its answer; the server closes what is far too large
        int hard = 2 * settings.maxMessageSize();
        session.setMaxTextMessageBufferSize(hard);
        session.setMaxBinaryMessageBufferSize(hard);
        session.setMaxIdleTimeout(0); // why: Sweeper tells silence from idleness
        connection = connections.open(new WebSocketTransport(session), (Login) session.getUserProperties().get(HandshakeConfigurator.LOGIN));
    }

    @OnMessage
    public void text(String text) {
        if (connection != null) {
            reader.text(connection, text);
        }
    }

    @OnMessage
    public void binary(ByteBuffer data) {
        if (connection != null) {
            reader.binary(connection);
        }
    }

    @OnMessage
    public void pong(PongMessage pong) {
        if (connection != null) {
            connection.heard();
        }
    }

    @OnClose
    public void close(CloseReason reason) {
        if (connection == null) {
            return;
        }
        // pages do not close with this one, and when Bellhop does it has ended already
        if (reason.getCloseCode() == CloseReason.CloseCodes.VIOLATED_POLICY) {
            connection.endedWithHttpSession();
        } else {
            connection.ended();
        }
    }

    @OnError
    public void error(Throwable cause) {
        LOG.log(System.Logger.Level.DEBUG, "a connection failed: {0}", cause.toString()); // the page is gone, or broke the protocol
    }
}
