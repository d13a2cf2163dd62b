package dev.bellhop.http;

import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads the lines of a body one by one, without holding more than one of them. Not thread-safe. */
final class Lines {
    private static final int AT_ONCE = 16 << 10;

    private final InputStream body;
    private final int most;

    private byte[] buffer = new byte[AT_ONCE];
    private int from;
    private int to;
    /** How many bytes after {@link #from} are known to hold no end of a line. */
    private int scanned;
    private boolean cut;

    /** @param most bytes of one line */
    Lines(InputStream body, int most) {
        this.body = body;
        this.most = most;
    }

    /**
     * The next line, without its end; waits for it.
     *
     * @return null at the end of the body, or after it has broken off
     * @throws Problem     if the line is too long or no UTF-8; the next call goes on behind it
     * @throws IOException if the body breaks off
     */
    String next() throws IOException {
        if (cut) {
            return null;
        }
        boolean tooLong = false;
        boolean complete = hasLine();
        while (!complete) {
            if (to - from > most) {
                tooLong = true;
                from = to; // why: what is refused need not be held
                scanned = 0;
            }
            if (!fill()) {
                break;
            }
            complete = hasLine();
        }
        if (!complete && scanned == 0 && !tooLong) {
            return null;
        }
        int begin = from;
        int end = from + scanned;
        from = complete ? end + 1 : end;
        scanned = 0;
        if (tooLong || end - begin > most) {
            throw new Problem(Code.TOO_LARGE, "the line is longer than " + most + " bytes");
        }
        return Body.text(buffer, begin, end);
    }

    /** Whether {@link #next} may have to wait: no whole line is here. */
    boolean mayWait() throws IOException {
        return !cut && !hasLine() && body.available() == 0;
    }

    private boolean hasLine() {
        for (; from + scanned < to; scanned++) {
            if (buffer[from + scanned] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** Takes what has come of the body; false at its end. */
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
        cut = true;
        int read = body.read(buffer, to, buffer.length - to);
        cut = false;
        to += Math.max(0, read);
        return read >= 0;
    }
}
