package dev.bellhop.schedule;

import dev.bellhop.redis.Partition;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Where a listing goes on: behind an item, whether that is still there or not.
 *
 * <p>Items of equal due time lie in the order of their bytes. Where this one lay among them finds it at once; how it begins
 * finds its place when others have come or gone since, without looking at all of them.
 *
 * @param score     its due time, as Redis writes it
 * @param place     how many of the same due time lay before it in its zset
 * @param partition the number of the partition that it lies in
 * @param digest    SHA-1 of its text
 * @param start     how its text begins
 */
record Cursor(String score, long place, int partition, String digest, String start) {
    /** A score, as Redis writes it. */
    static final String SCORE = "-?(?:inf|\\d{1,20}(?:\\.\\d{1,20})?(?:e[+-]\\d{1,3})?)";
    static final String DIGEST = "[0-9a-f]{40}";

    private static final Pattern FORM = Pattern.compile('(' + SCORE + ") (\\d{1,18})(?:@(\\d{1,3}))? (" + DIGEST + ") (.*)", Pattern.DOTALL);
    private static final int START = 100;

    /** Behind an item with this text. */
    static Cursor behind(String score, long place, int partition, String digest, String text) {
        // why: what Redis holds may be no UTF-8, and then this is not how it begins
        int length = text.indexOf('\ufffd') >= 0 ? 0 : Math.min(START, text.length());
        if (length == START && Character.isHighSurrogate(text.charAt(length - 1))) {
            length--;
        }
        return new Cursor(score, place, partition, digest, text.substring(0, length));
    }

    /** @throws IllegalArgumentException if it is none */
    static Cursor parse(String text) {
        var parts = FORM.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a cursor");
        }
        int partition = parts.group(3) == null ? Partition.NONE : Integer.parseInt(parts.group(3));
        return new Cursor(parts.group(1), Long.parseLong(parts.group(2)), partition, parts.group(4), parts.group(5));
    }

    /** For the next call; may stand in a URL as it is. */
    @Override
    public String toString() {
        String text = score + ' ' + place + (partition == Partition.NONE ? "" : "@" + partition) + ' ' + digest + ' ' + start;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
