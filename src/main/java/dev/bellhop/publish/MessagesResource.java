package dev.bellhop.publish;

import dev.bellhop.config.Settings;
import dev.bellhop.message.Json;
import dev.bellhop.message.Message;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code POST messages}: publishes to one user or many, now or later. */
@RequestScoped
@Path("/messages")
public class MessagesResource {
    @Inject
    private Caller caller;
    @Inject
    private Publisher publisher;
    @Inject
    private Settings settings;

    /** Answered when every message is kept. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response post(InputStream body) {
        caller.require(Caller.PUBLISHER);
        return publish(body);
    }

    Response publish(InputStream body) {
        int most = settings.maxMessageSize() + 4 * Publication.MAX_USERS * Message.MAX_USER_ID;
        Publication publication = Publication.parse(Body.read(body, most), settings.maxMessageSize(), Instant.now());
        // why all at once: the calls go to Redis in one stream, not one after another
        List<CompletableFuture<String>> ids = publication.messages().stream()
                .map(message -> publication.pushAt() == null ? publisher.publish(message) : publisher.schedule(message, publication.pushAt()))
                .toList();
        Answers.await(CompletableFuture.allOf(ids.toArray(CompletableFuture[]::new)));
        StringBuilder json = new StringBuilder("{\"messages\":[");
        for (int i = 0; i < ids.size(); i++) {
            json.append(i == 0 ? "" : ",").append("{\"to_user_id\":");
            Json.appendQuoted(json, publication.messages().get(i).toUserId());
            json.append(",\"id\":").append(Json.quote(ids.get(i).join())).append('}');
        }
        return Response.accepted(json.append("]}").toString()).build();
    }
}
