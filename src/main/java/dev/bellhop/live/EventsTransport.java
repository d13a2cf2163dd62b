package dev.bellhop.live;

import dev.bellhop.lane.Lanes;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An answer to a request that does not end: server-sent events.
 *
 * <p>Concurrency: everything is written, and the end is told, on the lane for streams, one thread at a time for one stream, and only
 * while the server says that it will not block. Open Liberty says so always, and blocks until the page reads or its write time-out of a
 * minute has passed: the lane has another thread then. So a page that does not read holds up nobody. At most a frame, a comment and the
 * close wait here.
 */
final class EventsTransport implements Transport, WriteListener, AsyncListener {
    private static final System.Logger LOG = System.getLogger(EventsTransport.class.getName());

    private static final Part COMMENT = new Part(":\n\n".getBytes(StandardCharsets.UTF_8), null);
    /** Proxies cut what is silent for half a minute or more. */
    private static final long COMMENT_NANOS = TimeUnit.SECONDS.toNanos(15);
    /** How long a page may take to be told the close. */
    private static final long CUT_MILLIS = 5_000;

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Lanes lanes;
    private final Executor writing;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean completed = new AtomicBoolean();

    // of the thread that writes
    private Step step = Step.WRITE;

    // guarded by this
    private final ArrayDeque<Part> parts = new ArrayDeque<>(3);
    private boolean possible;
    private boolean closing;
    private boolean ended;
    private boolean completing;
    private Runnable whenEnded;

    private enum Step { WRITE, FLUSH, TAKEN }

    /** What is to be written; {@code done} may be null. */
    private record Part(byte[] bytes, SendHandler done) {}

    /** @param writing has the lane for streams run a task */
    EventsTransport(AsyncContext context, ServletOutputStream out, Lanes lanes, Executor writing) {
        this.context = context;
        this.out = out;
        this.lanes = lanes;
        this.writing = writing;
        parts.add(COMMENT); // why: the page, and each proxy on the way, is to see at once that it has been answered
    }

    /** Has this run when it is over, for whatever reason; at once if it is. */
    void whenEnded(Runnable task) {
        synchronized (this) {
            whenEnded = task;
            if (!ended) {
                return;
            }
        }
        task.run();
    }

    /** The last that is done on the request's own thread. */
    void begin() {
        out.setWriteListener(this);
    }

    // --- what a connection asks for

    @Override
    public void send(Frame frame, SendHandler done) {
        add(new Part(bytes(frame), done));
    }

    @Override
    public void ping() {
        synchronized (this) {
            if (!parts.isEmpty()) {
                return; // what waits shows the same
            }
        }
        add(COMMENT);
    }

    @Override
    public long pingNanos(long set) {
        return Math.min(set, COMMENT_NANOS);
    }

    @Override
    public void close(CloseCode code) {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            Part begun = parts.poll(); // why kept: half a frame may have left
            parts.clear();
            if (begun != null) {
                parts.add(begun);
            }
            parts.add(new Part(closing(code), new SendHandler() {
                @Override
                public void onResult(SendResult result) {
                    complete();
                }
            }));
        }
        wake();
        lanes.later(lanes.streams(), this::complete, CUT_MILLIS); // a page that does not read is never told
    }

    @Override
    public boolean isOpen() {
        return !completed.get();
    }

    @Override
    public boolean isTwoWay() {
        return false;
    }

    @Override
    public Object server() {
        return out;
    }

    /** Why an event of its own: a producer may send any {@code msg_type}, this one too. */
    private static byte[] closing(CloseCode code) {
        return ("event:close\ndata:" + Frame.close(code).text() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Frame frame) {
        // in valid JSON a line break can only stand between two values, where a space says the same
        String line = frame.text().replace('\n', ' ').replace('\r', ' ');
        String id = frame.position() == null ? "" : "id:" + frame.position() + '\n';
        return (id + "data:" + line + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    // --- writing

    private void add(Part part) {
        synchronized (this) {
            if (!closing && !ended) {
                parts.add(part);
            }
        }
        wake();
    }

    /** Has the lane write what can be written. */
    private void wake() {
        if (calls.getAndIncrement() == 0) {
            writing.execute(this::run);
        }
    }

    private void run() {
        ClassLoader own = ServerCalls.enter(out);
        try {
            int seen = 1;
            do {
                write();
                completeIfAsked();
                seen = calls.addAndGet(-seen);
            } while (seen > 0);
        } finally {
            ServerCalls.leave(own);
        }
    }

    private void write() {
        try {
            for (Part part = next(); part != null && out.isReady(); part = next()) {
                switch (step) {
                    case WRITE -> out.write(part.bytes());
                    case FLUSH -> out.flush();
                    case TAKEN -> taken(part); // the server is ready for more
                }
                step = Step.values()[(step.ordinal() + 1) % Step.values().length];
            }
        } catch (IOException | RuntimeException gone) {
            broken(gone);
        }
    }

    private synchronized Part next() {
        return possible && !ended && !completing ? parts.peek() : null;
    }

    private void taken(Part part) {
        synchronized (this) {
            parts.poll();
        }
        if (part.done() != null) {
            part.done().onResult(new SendResult());
        }
    }

    // --- what the server says

    @Override
    public void onWritePossible() {
        synchronized (this) {
            possible = true;
        }
        wake(); // why not here: Open Liberty has few threads
    }

    @Override
    public void onError(Throwable cause) {
        broken(cause);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        completed.set(true);
        end();
    }

    @Override
    public void onError(AsyncEvent event) {
        broken(event.getThrowable() == null ? new IOException("the request failed") : event.getThrowable());
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        broken(new IOException("the request timed out"));
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // it is started once
    }

    // --- the end

    /** The page is gone, most likely. */
    private void broken(Throwable cause) {
        LOG.log(System.Logger.Level.DEBUG, "a stream broke: {0}", cause.toString());
        for (Part part : end()) {
            if (part.done() != null) {
                part.done().onResult(new SendResult(cause));
            }
        }
        complete();
    }

    /** @return what was not written */
    private List<Part> end() {
        List<Part> left;
        Runnable task;
        synchronized (this) {
            left = new ArrayList<>(parts);
            parts.clear();
            task = ended ? null : whenEnded;
            ended = true;
        }
        if (task != null) {
            task.run();
        }
        return left;
    }

    /** Has the answer ended. Why not at once: a thread may be writing, and some servers would end it within that. */
    private void complete() {
        synchronized (this) {
            completing = true;
        }
        wake();
    }

    private void completeIfAsked() {
        synchronized (this) {
            if (!completing) {
                return;
            }
        }
        if (!completed.compareAndSet(false, true)) {
            return;
        }
        try {
            context.complete();
        } catch (RuntimeException over) {
            LOG.log(System.Logger.Level.DEBUG, "completing a stream: {0}", over.toString());
        }
        end();
    }
}
