package dev.bellhop.live;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.message.Utf8;
import dev.bellhop.metric.Metrics;
import dev.bellhop.metric.Rejections;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;

/** Does what pages ask for. Called by the server, one frame of a connection after another; never blocks. */
@ApplicationScoped
class FrameReader {
    private static final String LOGIN_REQUIRED = "login_required";
    private static final String RATE_LIMITED = "rate_limited";
    private static final String UNAVAILABLE = "unavailable";

    private final Live live;
    private final Inbound inbound;
    private final Rejections rejections;
    private final Metrics.Count received;

    FrameReader() { // for the container's proxy
        this(null, null, null, new Metrics());
    }

    @Inject
    FrameReader(Live live, Inbound inbound, Rejections rejections, Metrics metrics) {
        this.live = live;
        this.inbound = inbound;
        this.rejections = rejections;
        received = metrics.counter("frames_received", "Frames that pages have sent");
    }

    /** A text frame has come. */
    void text(Connection connection, String text) {
        connection.heard();
        received.add();
        if (connection.isClosing()) {
            return;
        }
        try {
            int max = live.settings().maxMessageSize();
            if (text.length() > max || (text.length() > max / 3 && Utf8.length(text) > max)) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + max + " bytes");
            }
            if (!connection.allowance().take(System.nanoTime())) {
                throw new BadMessageException(RATE_LIMITED, "more than " + live.settings().rate() + " frames a second");
            }
            Map<String, Value> fields = Json.readObject(text);
            frame(connection, Message.anyMsgType(fields), fields);
        } catch (BadMessageException e) {
            refuse(connection, e, text);
        }
    }

    /** A binary frame has come: there are none in the protocol. */
    void binary(Connection connection) {
        connection.heard();
        refuse(connection, new BadMessageException(BadMessageException.BAD_MESSAGE, "frames are text"), "");
    }

    private void refuse(Connection connection, BadMessageException why, String text) {
        rejections.rejected("page", why, text);
        connection.send(Frame.error(why.code(), why.getMessage()));
        if (why.code().equals(BadMessageException.TOO_LARGE)) {
            connection.closeWhenSent(CloseCode.TOO_LARGE);
        } else if (connection.allowance().strike(System.nanoTime())) {
            connection.closeWhenSent(CloseCode.POLICY);
        }
    }

    private void frame(Connection connection, String msgType, Map<String, Value> fields) throws BadMessageException {
        switch (msgType) {
            case "ping" -> connection.send(Frame.PONG);
            case "login" -> connection.feed().login(connection, lastId(connection, fields));
            case "read" -> {
                requireLogin(connection);
                Position read = position(fields, "id", true);
                live.inbox().markRead(connection.login().userId(), read, connection.id()).exceptionally(failure -> {
                    unavailable(connection);
                    return null;
                });
            }
            default -> {
                requireLogin(connection);
                Message.msgType(fields);
                inbound.received(connection.login().userId(), msgType, Message.data(fields), () -> unavailable(connection));
            }
        }
    }

    private void unavailable(Connection connection) {
        live.execute(() -> connection.send(Frame.error(UNAVAILABLE, "Redis is away; nothing was done, try again later")));
    }

    private static void requireLogin(Connection connection) throws BadMessageException {
        if (connection.feed().isBeforeLogin(connection)) {
            throw new BadMessageException(LOGIN_REQUIRED, "the first frame of a connection must be login");
        }
    }

    /** A tab may still hold the position of whoever was logged in before; it says whose, and then it counts for nothing. */
    private static Position lastId(Connection connection, Map<String, Value> fields) throws BadMessageException {
        Position lastId = position(fields, "last_id", false);
        if (lastId == null) {
            return null;
        }
        Value owner = Json.readObject(fields.get("data").raw()).get("user_id");
        return owner == null || owner.text().equals(connection.login().userId()) ? lastId : null;
    }

    private static Position position(Map<String, Value> fields, String name, boolean required) throws BadMessageException {
        Value data = fields.get("data");
        Value position = data == null || data.type() != Type.OBJECT ? null : Json.readObject(data.raw()).get(name);
        boolean none = position == null || position.type() == Type.NULL;
        if (none && required || data != null && data.type() != Type.OBJECT && data.type() != Type.NULL) {
            throw bad(name);
        }
        return none ? null : Position.parse(position.text()).orElseThrow(() -> bad(name));
    }

    private static BadMessageException bad(String name) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, "data must be an object; " + name + " in it a message's id");
    }
}
