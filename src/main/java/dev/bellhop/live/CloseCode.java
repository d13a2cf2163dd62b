package dev.bellhop.live;

import jakarta.websocket.CloseReason;

/** Why Bellhop closes a connection (<a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455, 7.4</a>). */
enum CloseCode {
    /** The node is going away: reconnect, with jitter. */
    GOING_AWAY(1001, "the node is going away"),
    /** Nothing was heard, not even the answer to a ping: the peer is most likely gone. */
    SILENT(1001, "nothing heard from the page"),
    /** The handshake was long ago: reconnect at once; if the login still stands, all goes on. */
    LOGIN_CHECK(1001, "login check"),
    POLICY(1008, "too many refused frames"),
    TOO_LARGE(1009, "frame too large"),
    /** Too slow a reader: reconnect; nothing kept is lost. */
    OVERLOADED(1013, "too slow a reader"),
    /** Not logged in, or the login has ended. */
    LOGIN_ENDED(4401, "not logged in"),
    /** By an administrator: do not reconnect. */
    DISCONNECTED(4403, "disconnected by an administrator"),
    LOGIN_TIMEOUT(4408, "no login frame in time"),
    TOO_MANY_CONNECTIONS(4409, "too many connections of this user");

    private final int code;
    private final String reason;

    CloseCode(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    int code() {
        return code;
    }

    CloseReason reason() {
        return new CloseReason(CloseReason.CloseCodes.getCloseCode(code), reason);
    }

    /** The code to close with when an administrator said so. */
    static CloseCode of(int code) {
        return code == LOGIN_ENDED.code ? LOGIN_ENDED : DISCONNECTED;
    }
}
