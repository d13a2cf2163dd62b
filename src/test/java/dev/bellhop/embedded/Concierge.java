package dev.bellhop.embedded;

import dev.bellhop.publish.InboundMessage;
import dev.bellhop.publish.Publisher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** What an application does with Bellhop in its own WAR: publishes, and observes what pages send. */
@ApplicationScoped
public class Concierge {

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Inject
    private Publisher publisher;

    /** Made JSON by JSON-B. */
    public record Parcel(String from, int weight) {}

    /** Within a request, which is to fail if the message is not kept. */
    String announce(String user, Parcel parcel) {
        return publisher.publishAndWait(user, "parcel", parcel, Duration.ofSeconds(5));
    }

    CompletionStage<String> remind(String user, Parcel parcel, Instant at) {
        return publisher.schedule(user, "reminder", parcel, null, at);
    }

    /** Of one request, as an application's entity manager or its user may be. */
    @RequestScoped
    public static class Note {
        private int written;

        String write(String text) {
            return ++written == 1 ? text : "a note of another request";
        }
    }

    void atOnce(@Observes InboundMessage message, Note note) {
        heard.add(note.write("at once") + ": " + message.userId() + " " + message.msgType() + " " + message.data());
    }

    void offTheWebSocketsThread(@ObservesAsync InboundMessage message) {
        heard.add("async: " + message.userId() + " " + message.msgType() + " weighs " + message.dataAs(Parcel.class).weight());
    }

    List<String> heard() {
        return heard;
    }
}
