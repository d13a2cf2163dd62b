package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.message.Utf8;
import dev.bellhop.metric.Metrics;
import dev.bellhop.rejected.Rejections;
import jakarta.inject.Inject;
import java.util.Map;

/** Does what pages ask for. Called by the server, one frame of a connection after another; never blocks. */
@SingleInstance
class FrameReader {
    private static final String LOGIN_REQUIRED = "login_required";
    static final String RATE_LIMITED = "rate_limited";

    private final Settings settings;
    private final Inbox inbox;
    private final Inbound inbound;
    private final Rejections rejections;
    private final Metrics.Count received;

    @Inject
    FrameReader(Settings settings, Inbox inbox, Inbound inbound, Rejections rejections, Metrics metrics) {
        this.settings = settings;
        this.inbox = inbox;
        this.inbound = inbound;
        this.rejections = rejections;
        received = metrics.counter("frames_received", "Frames that pages have sent");
    }

    /** A text frame has come. */
    void text(Connection connection, String text) {
        connection.heard();
        if (connection.isClosing()) {
            received.add();
            return;
        }
        frame(connection, text);
    }

    /** A frame has come, by whatever way. */
    void frame(Sender sender, String text) {
        received.add();
        try {
            int max = settings.maxMessageSize();
            if (text.length() > max || (text.length() > max / 3 && Utf8.length(text) > max)) {
                throw new BadMessageException(BadMessageException.TOO_LARGE, "longer than " + max + " bytes");
            }
            if (!sender.allowance().take(System.nanoTime())) {
                throw new BadMessageException(RATE_LIMITED, "more than " + settings.rate() + " frames a second");
            }
            Map<String, Value> fields = Json.readObject(text);
            frame(sender, Message.anyMsgType(fields), fields);
        } catch (BadMessageException e) {
            refuse(sender, e, text.length());
        }
    }

    /**
     * A stream has opened, which is its {@code login}.
     *
     * @param lastId   the last message that its page has seen, or null
     * @param replaces the id of the page's connection in whose place it comes, or null
     */
    void login(Connection connection, Position lastId, String replaces) {
        connection.pending().hold();
        connection.feed().login(connection, lastId, replaces);
    }

    /** A binary frame has come: there are none in the protocol. */
    void binary(Connection connection) {
        connection.heard();
        refuse(connection, new BadMessageException(BadMessageException.BAD_MESSAGE, "frames are text"), 0);
    }

    private void refuse(Sender sender, BadMessageException why, int length) {
        rejections.refused(sender.userId(), why, length);
        sender.answer(Frame.error(why.code(), why.getMessage()));
        if (why.code().equals(BadMessageException.TOO_LARGE)) {
            sender.refuseAll(CloseCode.TOO_LARGE);
        } else if (sender.allowance().strike(System.nanoTime())) {
            sender.refuseAll(CloseCode.POLICY);
        }
    }

    private void frame(Sender sender, String msgType, Map<String, Value> fields) throws BadMessageException {
        switch (msgType) {
            case "ping" -> sender.answer(Frame.PONG);
            case "login" -> {
                if (!(sender instanceof Connection connection)) {
                    throw new BadMessageException(BadMessageException.BAD_MESSAGE, "GET events is the login of a stream");
                }
                if (!connection.mayLogIn(System.nanoTime())) { // why: each one has the inbox read
                    throw new BadMessageException(RATE_LIMITED, "more than " + Connection.LOGIN_RATE + " login frame a second");
                }
                Map<String, Value> data = data(fields, "last_id");
                login(connection, lastId(connection, data), replaces(data));
            }
            case "read" -> {
                requireLogin(sender);
                Position read = position(data(fields, "id"), "id");
                if (read == null) {
                    throw bad("id");
                }
                sender.pending().read(() -> inbox.markRead(sender.userId(), read, sender.connectionId()).exceptionally(failure -> {
                    sender.tell(Frame.error(Inbound.UNAVAILABLE, "Redis is away; nothing was done, try again later"));
                    return null;
                }));
            }
            default -> {
                requireLogin(sender);
                Message.msgType(fields);
                inbound.received(sender, msgType, Message.data(fields), (code, why) -> sender.tell(Frame.error(code, why)));
            }
        }
    }

    private static void requireLogin(Sender sender) throws BadMessageException {
        if (sender instanceof Connection connection && connection.feed().isBeforeLogin(connection)) {
            throw new BadMessageException(LOGIN_REQUIRED, "the first frame of a connection must be login");
        }
    }

    /** A tab may still hold the position of whoever was logged in before; it says whose, and then it counts for nothing. */
    private static Position lastId(Connection connection, Map<String, Value> data) throws BadMessageException {
        Position lastId = position(data, "last_id");
        Value owner = data.get("user_id");
        return lastId == null || owner == null || owner.text().equals(connection.login().userId()) ? lastId : null;
    }

    private static String replaces(Map<String, Value> data) {
        Value replaces = data.get("replaces");
        return replaces == null || replaces.type() != Type.STRING ? null : replaces.text();
    }

    /**
     * What is in a frame's {@code data}; nothing if there is none.
     *
     * @param name what is looked for there
     */
    private static Map<String, Value> data(Map<String, Value> fields, String name) throws BadMessageException {
        Value data = fields.get("data");
        if (data == null || data.type() == Type.NULL) {
            return Map.of();
        }
        if (data.type() != Type.OBJECT) {
            throw bad(name);
        }
        return Json.readObject(data.raw());
    }

    /** @return null if there is none */
    private static Position position(Map<String, Value> data, String name) throws BadMessageException {
        Value position = data.get(name);
        return position == null || position.type() == Type.NULL ? null : Position.parse(position.text()).orElseThrow(() -> bad(name));
    }

    private static BadMessageException bad(String name) {
        return new BadMessageException(BadMessageException.BAD_MESSAGE, "data must be an object; " + name + " in it a message's id");
    }
}
