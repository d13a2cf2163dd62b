package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.lane.Lanes;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes the frames that come as requests: of pages whose connection is a stream, and of any other program of a user's.
 *
 * <p>Frames of a stream of this node count as that connection's. All others count for their user, who has one allowance for them on
 * each node, as large as a connection's.
 *
 * <p>Thread-safe, never blocks.
 */
@SingleInstance
class Posts {
    /** How many users may have sent frames within the last minute. */
    private static final int MOST = 100_000;
    /** How many frames one request may bring, unless the settings let a page send more at once. Each that is refused is answered. */
    private static final int MOST_FRAMES = 1_000;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Pattern CONNECTION = Pattern.compile("[A-Za-z0-9._-]{1,60}/[0-9]{1,19}");

    private final Settings settings;
    private final Registry registry;
    private final FrameReader reader;
    private final Lanes lanes;
    private final RecentUsers<Counted> users = new RecentUsers<>(IDLE_NANOS, counted -> counted.pending.isEmpty(), System.nanoTime());

    @Inject
    Posts(Settings settings, Registry registry, FrameReader reader, Lanes lanes) {
        this.settings = settings;
        this.registry = registry;
        this.reader = reader;
        this.lanes = lanes;
    }

    /** What counts for a user whose frames belong to no stream of this node. */
    private static final class Counted {
        private final Allowance frames;
        private final Allowance bytes;
        private final Pending pending;

        Counted(Settings settings, long now) {
            frames = Allowance.ofFrames(settings, now);
            bytes = Allowance.ofBytes(settings, now);
            pending = new Pending(settings.queueBytes());
            pending.open(); // the request has just shown its login
        }
    }

    /** How long a body may be, in bytes. */
    int most() {
        return settings.queueBytes() + settings.maxMessageSize();
    }

    /**
     * Takes the frames of one request, in their order.
     *
     * @param connection the stream that they belong to; null if there is none. One of another user counts as none
     * @param body       one frame, or an array of them
     * @return the answers, as an array
     * @throws BadMessageException if the body is neither, or has too many frames; then nothing is done
     */
    String take(String user, String connection, String body) throws BadMessageException {
        // why in an object: that is what can be read
        Map<String, Value> fields = Json.readObject("{\"frames\":" + body + '}');
        Value frames = fields.get("frames");
        boolean one = frames.type() == Type.OBJECT;
        if (fields.size() > 1 || !one && frames.type() != Type.ARRAY) {
            throw new BadMessageException(BadMessageException.BAD_JSON, "the body must be one frame or an array of frames");
        }
        Post post = new Post(user, connection);
        for (Value frame : one ? List.of(frames) : Json.readArray(frames, Math.max(MOST_FRAMES, settings.burst()))) {
            reader.frame(post, frame.raw());
        }
        return post.answers();
    }

    /** Its stream on this node, or null. */
    private static Connection stream(UserFeed feed, String id) {
        for (Connection connection : feed == null ? new Connection[0] : feed.connections()) {
            if (connection.id().equals(id) && !connection.transport().isTwoWay() && !connection.isClosing()) {
                return connection;
            }
        }
        return null;
    }

    private Counted counted(String user) {
        long now = System.nanoTime();
        users.tidy(now);
        // why not refused: whoever comes when there are so many shares one allowance with the others
        return users.of(users.size() < MOST ? user : "", now, () -> new Counted(settings, now));
    }

    /** One request. */
    private final class Post implements Sender {
        private final String user;
        private final String connectionId;
        private final Connection stream;
        private final UserFeed feed;
        private final Counted counted;

        // guarded by this
        private final List<Frame> answers = new ArrayList<>();
        private boolean answered;

        Post(String user, String connectionId) {
            this.user = user;
            this.connectionId = connectionId != null && CONNECTION.matcher(connectionId).matches() ? connectionId : "-";
            feed = registry.feed(user);
            stream = stream(feed, connectionId);
            counted = stream == null ? counted(user) : null;
            if (stream != null) {
                stream.heard();
            }
        }

        synchronized String answers() {
            answered = true;
            return answers.stream().map(Frame::text).collect(Collectors.joining(",", "[", "]"));
        }

        @Override
        public String userId() {
            return user;
        }

        @Override
        public String connectionId() {
            return connectionId; // which may be another node's
        }

        @Override
        public Allowance allowance() {
            return stream == null ? counted.frames : stream.allowance();
        }

        @Override
        public Pending pending() {
            return stream == null ? counted.pending : stream.pending();
        }

        @Override
        public boolean maySend(int bytes) {
            return feed == null ? counted.bytes.take(bytes, System.nanoTime()) : feed.maySend(bytes);
        }

        @Override
        public void answer(Frame frame) {
            tell(frame);
        }

        @Override
        public void tell(Frame frame) {
            synchronized (this) {
                if (!answered) {
                    answers.add(frame);
                    return;
                }
            }
            if (stream != null) {
                lanes.insist(lanes.pages(), () -> stream.send(frame));
            }
        }

        @Override
        public void refuseAll(CloseCode why) {
            if (stream != null && why != CloseCode.TOO_LARGE) { // what is too large is not read, and no connection breaks by it
                stream.closeWhenSent(why);
            }
        }
    }
}
