package dev.bellhop.http;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.message.Json;
import dev.bellhop.message.Position;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import java.time.Instant;

/** How an inbox is asked for and shown: to its user, and to an operator. */
final class Inboxes {
    private Inboxes() {}

    /** @throws Problem if it is neither null nor a message's id */
    static Position before(String id) {
        return id == null ? null : Position.parse(id).orElseThrow(() -> new Problem(Code.BAD_MESSAGE, "before must be a message's id"));
    }

    /** @param user whose it is: a page compares it with whom it takes itself for */
    static String json(String user, Inbox.Page page) {
        StringBuilder json = new StringBuilder("{\"user_id\":").append(Json.quote(user)).append(",\"messages\":[");
        for (int i = 0; i < page.messages().size(); i++) {
            Inbox.Item item = page.messages().get(i);
            json.append(i == 0 ? "" : ",").append("{\"id\":\"").append(item.position()).append("\",\"at\":\"")
                    .append(Instant.ofEpochMilli(item.at())).append("\",").append(item.frameTail());
        }
        return json.append("],\"next\":").append(quoted(page.next())).append(",\"unread\":").append(page.unread())
                .append(",\"read\":").append(quoted(page.read())).append('}').toString();
    }

    private static String quoted(Position position) {
        return position == null ? "null" : '"' + position.toString() + '"';
    }
}
