package dev.bellhop.fuzz;

import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Collectors;

/** Names, ids, texts and numbers as nobody well-meaning would choose them; the same ones for the same seed. */
final class Hostile {
    private static final String[] PIECES = {"{", "}", "{}", "}{", "%7B", "%", ":", ":inbox", ":marks", ":id:", "bellhop:", "{websocket}", "board:{everyone}", "*", "?", "[a-z]", "\\", "\"", "'", " ", ",",
        "-", "0", "1", "-1", "0-0", "1e308", "inf", "nan", "nil", "false", "base:1", "board:everyone", "ingested", "last", "é", "١", "\ud83d\ude0e", "\u2028", "\ufeff", "$", "%s", "%d", "%f", "\\0", "return 1",
        "redis.call('FLUSHALL')", "]]", "--", ";"};
    private static final String[] CONTROLS = {"\u0000", "\n", "\r\n", "\t", "\u001b[2J", "\u007f", "\ud83d"};
    private static final long[] NUMBERS = {0, 1, 2, 99, 1_000, (1L << 31) - 1, 1L << 31, (1L << 53) - 1, 1L << 53, (1L << 53) + 1, 999_999_999_999_999_999L, Long.MAX_VALUE - 1, Long.MAX_VALUE};

    private final Random random;

    Hostile(Random random) {
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    /** Any text; now and then a long one. */
    String text() {
        String some = random.ints(1 + random.nextInt(6), 0, 20).mapToObj(i -> i == 0 ? CONTROLS[random.nextInt(CONTROLS.length)] : PIECES[random.nextInt(PIECES.length)])
                .collect(Collectors.joining());
        return oneIn(40) ? some.repeat(1 + 60_000 / some.length()) : some;
    }

    /** One that may be a user's, a role's or a group's. */
    String name() {
        while (true) {
            String text = text();
            try {
                return Message.userId(text.substring(0, Math.min(text.length(), 100)));
            } catch (BadMessageException another) {
                continue;
            }
        }
    }

    /** An idempotency id, or none. Why few: they are to come again. */
    String id() {
        String text = oneIn(2) ? text() : PIECES[random.nextInt(5)];
        return oneIn(3) ? null : text.substring(0, Math.min(text.length(), 128));
    }

    long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)];
    }

    Position position() {
        return new Position(number(), number());
    }

    /** As a time in milliseconds may be: of any size, or about now. */
    long millis(long now) {
        return oneIn(2) ? number() : now + random.nextInt(2_000) - 1_000;
    }

    Instant time(long now) {
        long millis = millis(now);
        return Instant.ofEpochMilli(Math.min(millis, Instant.parse("9999-12-31T23:59:59Z").toEpochMilli()));
    }

    Message message(String user, long now) {
        String data = oneIn(8) ? null : Json.quote(text());
        return new Message("n", user, data, id(), oneIn(3) ? millis(now) : 0, oneIn(3) ? Math.max(1, Math.min(number(), 315_360_000_000L)) : 0);
    }

    /** The id of an entry of a stream, or none. */
    String entry() {
        return oneIn(2) ? null : number() + "-" + number();
    }
}
