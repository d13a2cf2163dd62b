package dev.bellhop.problem;

import dev.bellhop.problem.Problem.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the bodies of calls. */
public final class Body {
    private Body() {}

    /** @throws Problem if it is longer than so many bytes, or not UTF-8 */
    public static String read(InputStream body, int most) {
        try {
            byte[] bytes = body.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new Problem(Code.TOO_LARGE, "the body is longer than " + most + " bytes");
            }
            return text(bytes, 0, bytes.length);
        } catch (IOException cut) {
            throw new Problem(Code.BAD_JSON, "the body could not be read to its end");
        }
    }

    /** @throws Problem if it is not UTF-8 */
    public static String text(byte[] bytes, int from, int to) {
        try {
            // why not new String: it would change what is no UTF-8, and data must arrive as it was sent
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw new Problem(Code.BAD_JSON, "the body is not UTF-8");
        }
    }
}
