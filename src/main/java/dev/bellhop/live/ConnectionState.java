package dev.bellhop.live;

import dev.bellhop.message.Json;
import dev.bellhop.message.Position;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Where a connection stands, for people who ask why a user did not get a message.
 *
 * @param id       the connection's
 * @param state    {@code open} means that the page has not logged in yet
 * @param seconds  for how long it has been open
 * @param waiting  frames in the outbox that have not been sent yet
 * @param queued   everything up to here has been put into the outbox; null before the login
 * @param from     where its login began: what lies before, the page has or needs no more; null before the login
 * @param sent     up to where its page has been sent everything after that; null if that is nowhere yet
 */
record ConnectionState(String id, String state, long seconds, int waiting, Position queued, Position from, Position sent) {
    /** So many are told of at once: an answer must not grow with what a user may open. */
    private static final int MOST = 100;

    /** To be called with the feed's monitor held, since nothing may be queued meanwhile. */
    static ConnectionState of(Connection connection) {
        int waiting = connection.outbox().messages();
        // with nothing waiting, everything up to its position has been sent, or had expired and never will be
        Position sent = connection.from == null ? null : waiting == 0 ? connection.position : connection.sent() == null ? connection.from : connection.sent();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - connection.openedNanos());
        String state = connection.isClosing() || connection.state == Connection.State.REPLACED ? "closing" : connection.state.name().toLowerCase(Locale.ROOT);
        return new ConnectionState(connection.id(), state, seconds, waiting, connection.position, connection.from, sent);
    }

    /** An array; of many connections the newest. */
    static String json(String node, List<ConnectionState> states) {
        StringBuilder json = new StringBuilder("[");
        for (ConnectionState one : states.subList(Math.max(0, states.size() - MOST), states.size())) {
            json.append(json.length() == 1 ? "" : ",").append("{\"id\":").append(Json.quote(one.id()))
                    .append(",\"node\":").append(Json.quote(node))
                    .append(",\"open_seconds\":").append(one.seconds())
                    .append(",\"state\":").append(Json.quote(one.state()))
                    .append(",\"waiting\":").append(one.waiting())
                    .append(",\"last_id\":").append(quoted(one.queued()))
                    .append(",\"from\":").append(quoted(one.from()))
                    .append(",\"sent\":").append(quoted(one.sent())).append('}');
        }
        return json.append(']').toString();
    }

    private static String quoted(Position position) {
        return position == null ? "null" : Json.quote(position.toString());
    }
}
