package dev.bellhop.http;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import dev.bellhop.intake.Intake;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishes what backends send, one body or line after line.
 *
 * <p>Lines: each is answered by a line, in their order, as soon as its messages are kept. A bounded number is under way at once; a
 * client that does not read its answers is read no further. Messages to one user are kept in the order of the lines.
 */
@SingleInstance
class MessageStreams {
    /** How many calls may send lines at once on this node: each holds a thread of the server's, and one server has five. */
    static final int MOST_CALLS = 4;
    /** How many messages of one call are under way at once. */
    static final int MOST_UNDER_WAY = 2_000;
    /** How many characters of the lines of one call are under way at once. */
    static final long CHARS_UNDER_WAY = 2 << 20;

    private static final int BUFFER = 8 << 10;

    private final Intake intake;
    private final Settings settings;
    private final AtomicInteger calls = new AtomicInteger();

    @Inject
    MessageStreams(Intake intake, Settings settings) {
        this.intake = intake;
        this.settings = settings;
    }

    /** The longest body, or line, in bytes. */
    int most() {
        return settings.maxMessageSize() + 4 * Publication.MAX_USERS * Message.MAX_USER_ID;
    }

    /**
     * Publishes one body.
     *
     * @return the answer, when all is kept
     * @throws Problem if it is refused
     */
    String publish(InputStream body) {
        return begin(Body.read(body, most()), new ConcurrentHashMap<>()).answer();
    }

    /** @throws Problem if too many do so already */
    StreamingOutput lines(InputStream body) {
        if (calls.get() >= MOST_CALLS) {
            throw new Problem(Code.TOO_MANY, MOST_CALLS + " calls send lines to this node already");
        }
        return answers -> {
            calls.incrementAndGet();
            try {
                answer(new Lines(body, most()), new BufferedOutputStream(answers, BUFFER));
            } finally {
                calls.decrementAndGet();
            }
        };
    }

    private void answer(Lines lines, OutputStream answers) throws IOException {
        ArrayDeque<Begun> underWay = new ArrayDeque<>();
        Map<String, CompletableFuture<?>> inOrder = new ConcurrentHashMap<>();
        int messages = 0;
        long chars = 0;
        for (Begun next = next(lines, inOrder); next != null; next = next(lines, inOrder)) {
            underWay.add(next);
            messages += next.ids().size();
            chars += next.chars();
            // why all before a wait: a client may send the next line only when this one is answered
            boolean wait = lines.mayWait();
            while (!underWay.isEmpty() && (wait || messages > MOST_UNDER_WAY || chars > CHARS_UNDER_WAY)) {
                Begun first = underWay.remove();
                messages -= first.ids().size();
                chars -= first.chars();
                write(first, answers);
            }
            if (wait) {
                answers.flush();
            }
        }
        for (Begun rest : underWay) {
            write(rest, answers);
        }
        answers.flush();
    }

    private static void write(Begun begun, OutputStream answers) throws IOException {
        String answer;
        try {
            answer = begun.answer();
        } catch (Problem problem) {
            answer = problem.json();
        }
        answers.write(answer.getBytes(StandardCharsets.UTF_8));
        answers.write('\n');
    }

    /**
     * The next line that is not blank, being published or refused; null at the end. That the body breaks off is the last one: a server may
     * allow no body so long, and its client must not take the lines for read that were not.
     */
    private Begun next(Lines lines, Map<String, CompletableFuture<?>> inOrder) {
        try {
            String line = lines.next();
            while (line != null && line.isBlank()) {
                line = lines.next();
            }
            return line == null ? null : begin(line, inOrder);
        } catch (Problem problem) {
            return new Begun(null, List.of(), 0, problem);
        } catch (IOException cut) {
            return new Begun(null, List.of(), 0, new Problem(Code.TOO_LARGE,
                    "the body broke off here; the server may allow none so long. Send the lines that have no answer again, in another call"));
        }
    }

    /**
     * What is being published.
     *
     * @param ids     of its messages, once they are kept
     * @param chars   of its text
     * @param refused null if it is not
     */
    private record Begun(Publication publication, List<CompletableFuture<String>> ids, int chars, Problem refused) {

        /** Waits until all is kept. */
        String answer() {
            if (refused != null) {
                throw refused;
            }
            Answers.await(CompletableFuture.allOf(ids.toArray(CompletableFuture[]::new)));
            StringBuilder json = new StringBuilder(64 + 80 * ids.size()).append("{\"messages\":[");
            for (int i = 0; i < ids.size(); i++) {
                json.append(i == 0 ? "" : ",").append('{').append(publication.messages().get(i).to().json());
                json.append(",\"id\":").append(Json.quote(ids.get(i).join())).append('}');
            }
            return json.append("]}").toString();
        }
    }

    /** @param inOrder whom something is being kept for that took more than one step */
    private Begun begin(String text, Map<String, CompletableFuture<?>> inOrder) {
        Publication publication = Publication.parse(text, settings.roles(), settings.maxMessageSize(), Instant.now());
        List<CompletableFuture<String>> ids = new ArrayList<>(publication.messages().size());
        intake.together(() -> {
            for (Message message : publication.messages()) {
                ids.add(publication.pushAt() == null ? keep(message, inOrder) : intake.schedule(message, publication.pushAt()));
            }
        });
        return new Begun(publication, ids, text.length(), null);
    }

    /** Why not at once: a message with an id is looked up first, and what comes after it must not be faster. */
    private CompletableFuture<String> keep(Message message, Map<String, CompletableFuture<?>> inOrder) {
        CompletableFuture<?> before = inOrder.get(message.to().key());
        if (before == null && message.id() == null) {
            return intake.keep(message);
        }
        CompletableFuture<String> kept = before == null ? intake.keep(message)
                : before.handle((ok, failure) -> null).thenCompose(done -> intake.keep(message));
        inOrder.put(message.to().key(), kept);
        kept.whenComplete((ok, failure) -> inOrder.remove(message.to().key(), kept));
        return kept;
    }
}
