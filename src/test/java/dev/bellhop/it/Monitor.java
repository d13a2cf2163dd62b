package dev.bellhop.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Redis is told, and what scripts tell it: Redis's own {@code MONITOR}. Not thread-safe. */
public final class Monitor implements AutoCloseable {
    private static final int MOST_MILLIS = 30_000;
    /** {@code +1339518083.107412 [0 lua] "get" "x"} */
    private static final Pattern LINE = Pattern.compile("\\+[0-9.]+ \\[\\d+ ([^\\]]+)\\] (.*)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]++|\\\\.)*+)\"");

    /** A command; {@code inScript} if a script gave it. What is not ASCII is escaped as Redis does it. */
    public record Command(boolean inScript, List<String> words) {}

    private final RedisServer redis;
    private final Socket socket;
    private final BufferedReader lines;
    private final List<Command> commands = new ArrayList<>();

    private Monitor(RedisServer redis) throws IOException {
        this.redis = redis;
        socket = new Socket(InetAddress.getLoopbackAddress(), redis.port());
        socket.setSoTimeout(MOST_MILLIS);
        socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
        lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        lines.readLine();
    }

    /** From now on. */
    public static Monitor of(RedisServer redis) throws IOException {
        return new Monitor(redis);
    }

    /** All commands until now. */
    public List<Command> commands() throws IOException {
        String mark = UUID.randomUUID().toString();
        redis.commands().echo(mark);
        for (String line = lines.readLine(); line != null && !line.contains(mark); line = lines.readLine()) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                commands.add(new Command(parts.group(1).equals("lua"), WORD.matcher(parts.group(2)).results().map(word -> word.group(1)).toList()));
            }
        }
        return commands;
    }

    /** The commands that scripts have given until now. */
    public List<List<String>> inScripts() throws IOException {
        return commands().stream().filter(Command::inScript).map(Command::words).toList();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
