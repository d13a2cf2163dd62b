package dev.bellhop.fuzz;

import dev.bellhop.config.Settings;
import dev.bellhop.http.HttpText;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.live.FrameDoor;
import dev.bellhop.live.TestNode;
import dev.bellhop.login.Identity;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Message;
import dev.bellhop.message.Position;
import dev.bellhop.schedule.CursorDoor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Where text comes in that others have written, and what Bellhop may make of it. */
enum Door {
    /** What pages send. */
    FRAME {
        @Override
        void take(String text) {
            FRAMES.take(text);
        }
    },
    /** What producers write to the channel, the stream and the zset. */
    PRODUCER {
        @Override
        void take(String text) {
            try {
                Message message = Message.parse(text, MAX);
                Message again = Message.parse(message.toJson(), 8 * MAX);
                if (!again.equals(message)) {
                    throw new AssertionError("written and read it is another: " + message.toJson());
                }
            } catch (BadMessageException refused) {
                expect(refused.getMessage() != null && refused.code() != null);
            }
        }
    },
    /** What callers of the API send as bodies, and as Accept and Content-Type. */
    HTTP {
        @Override
        void take(String text) {
            HttpText.take(text, MAX);
        }
    },
    /** Where a listing or a page of an inbox is to go on. */
    CURSOR {
        @Override
        void take(String text) {
            CursorDoor.take(text);
            Position.parse(text).ifPresent(position -> expect(Position.of(position.toString()).equals(position)));
        }
    },
    /** What a handshake claims. */
    COOKIE {
        @Override
        void take(String text) {
            String login = IDENTITY.loginId(List.of(text), "session");
            expect(login.equals(IDENTITY.loginId(List.of("a=b", text), "session")) && login.length() == 32);
        }
    },
    /** What is said on a user's channel, where anybody with Redis's password may speak. */
    ANNOUNCEMENT {
        @Override
        void take(String text) {
            try {
                expect(Announcement.parse(text) != null);
            } catch (IllegalArgumentException refused) {
                expect(refused.getMessage() != null);
            }
        }
    };

    static final int MAX = 65_536;
    private static final Settings SETTINGS = TestNode.settings("bellhop.sso-cookies=JSESSIONIDSSO,LtpaToken2");
    private static final Identity IDENTITY = new Identity(SETTINGS);
    private static final FrameDoor FRAMES = new FrameDoor();

    /** Anything else that is thrown is a fault. */
    abstract void take(String text);

    static void expect(boolean true_) {
        if (!true_) {
            throw new AssertionError("not as promised");
        }
    }

    /** What has been found, or is worth beginning with: one text a line, as Java would escape it. */
    List<String> corpus() {
        Path file = Path.of("src/test/resources/fuzz", name().toLowerCase(Locale.ROOT) + ".txt");
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8).stream().map(Door::unescaped).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unescaped(String line) {
        StringBuilder text = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            if (line.startsWith("\\u", i)) {
                text.append((char) Integer.parseInt(line, i + 2, i + 6, 16));
                i += 5;
            } else {
                text.append(line.charAt(i));
            }
        }
        return text.toString();
    }
}
