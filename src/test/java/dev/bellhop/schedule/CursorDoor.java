package dev.bellhop.schedule;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Takes cursors as callers send them. */
public final class CursorDoor {
    private CursorDoor() {}

    /** Anything thrown is a fault. */
    public static void take(String text) {
        parse(text);
        parse(Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void parse(String text) {
        try {
            Cursor cursor = Cursor.parse(text);
            if (!Cursor.parse(cursor.toString()).equals(cursor)) {
                throw new AssertionError("written and read it is another: " + cursor);
            }
        } catch (IllegalArgumentException refused) {
            return; // as promised
        }
    }
}
