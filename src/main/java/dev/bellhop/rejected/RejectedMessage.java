package dev.bellhop.rejected;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Value;
import dev.bellhop.message.JsonWriter;
import java.util.Map;
import java.util.regex.Pattern;

/** The form in which a rejected message lies in the list: written and read here alone. */
public final class RejectedMessage {
    private static final Pattern AT = Pattern.compile("\\{\"at\":(\\d{1,15}),");
    private static final int MOST_KEPT = 8_192;
    private static final int MOST_SHOWN = 2_000;
    /** The end of the year 9999: what lies beyond no page can write as a time. */
    private static final long LATEST = 253_402_300_799_999L;

    private RejectedMessage() {}

    /**
     * What the list keeps of it: a JSON object without the opening brace, since the script that keeps it puts Redis's time first.
     *
     * @param text what came; its first 8,192 characters are kept
     */
    public static String kept(String code, String reason, String text) {
        return new JsonWriter().object().field("code", code).field("reason", reason).field("message", shortened(text, MOST_KEPT, "")).endObject()
                .toString().substring(1);
    }

    /** A list entry as an administrator sees it. What somebody else has put into the list is shown as a text. */
    static String shown(String entry) {
        JsonWriter json = new JsonWriter().object();
        try {
            Map<String, Value> fields = Json.readObject(entry);
            String message = text(fields.get("message"));
            long at = fields.containsKey("at") ? Long.parseLong(fields.get("at").raw()) : -1;
            if (message != null && at >= 0 && at <= LATEST) {
                return json.field("at", at).field("code", text(fields.get("code"))).field("reason", text(fields.get("reason")))
                        .field("message", shortened(message, MOST_SHOWN, "…")).endObject().toString();
            }
        } catch (BadMessageException | NumberFormatException foreign) {
            // shown as it is
        }
        return json.field("message", shortened(entry, MOST_SHOWN, "…")).endObject().toString();
    }

    /** When it was rejected, in milliseconds since 1970; 0 if what lies there does not say. */
    static long at(String entry) {
        var start = AT.matcher(entry);
        return start.lookingAt() ? Long.parseLong(start.group(1)) : 0;
    }

    private static String text(Value value) {
        return value == null || value.type() != Json.Type.STRING ? null : value.text();
    }

    private static String shortened(String text, int most, String end) {
        return text.length() <= most ? text : text.substring(0, most) + end;
    }
}
