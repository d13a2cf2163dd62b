package dev.bellhop.live;

import dev.bellhop.inbox.Announcement;
import dev.bellhop.message.Json;
import dev.bellhop.message.Position;
import dev.bellhop.message.Utf8;

/**
 * One text frame for pages: built once, however many connections it goes to.
 *
 * @param bytes    its length in UTF-8
 * @param position of a kept message; else null
 * @param once     a message that is not kept: nothing brings it again
 */
record Frame(String text, int bytes, Position position, boolean once) {

    static final Frame PONG = of("{\"msg_type\":\"pong\"}");

    private static Frame of(String text) {
        return new Frame(text, Utf8.length(text), null, false);
    }

    /** A kept message. */
    static Frame kept(Announcement.Kept kept) {
        String text = "{\"id\":\"" + kept.position() + "\"," + kept.frameTail();
        return new Frame(text, Utf8.length(text), kept.position(), false);
    }

    /** A message that is not kept. */
    static Frame passing(String frameTail) {
        String text = '{' + frameTail;
        return new Frame(text, Utf8.length(text), null, true);
    }

    /**
     * The answer to {@code login}.
     *
     * @param connection which one it is: the page's requests name it, and so does the connection that takes its place
     * @param replaced   whether it has taken the place of the connection that the page named
     */
    static Frame login(String user, Position end, long unread, boolean recovered, Position from, String connection, boolean replaced) {
        return of("{\"msg_type\":\"login\",\"data\":{\"user_id\":" + Json.quote(user) + ",\"last_id\":\"" + end + "\",\"unread\":" + unread
                + ",\"recovered\":" + recovered + ",\"from_id\":\"" + from + '"'
                + ",\"connection\":" + Json.quote(connection) + (replaced ? ",\"replaced\":true" : "") + "}}");
    }

    /** The page is to show its login again, by another connection that names this one. */
    static Frame loginCheck(String connection) {
        return of("{\"msg_type\":\"login_check\",\"data\":{\"connection\":" + Json.quote(connection) + "}}");
    }

    /** The last one, where the transport has no other word for it. */
    static Frame close(CloseCode code) {
        return of("{\"msg_type\":\"close\",\"data\":{\"code\":" + code.code() + ",\"reason\":" + Json.quote(code.reason().getReasonPhrase()) + "}}");
    }

    /** Another page of the user has read up to a position. */
    static Frame read(Announcement.Read read) {
        return of("{\"msg_type\":\"read\",\"data\":{\"id\":\"" + read.position() + "\",\"unread\":" + read.unread() + "}}");
    }

    /** The frame before was refused. */
    static Frame error(String code, String message) {
        return of("{\"msg_type\":\"error\",\"data\":{\"code\":" + Json.quote(code) + ",\"message\":" + Json.quote(message) + "}}");
    }
}
