package dev.bellhop.live;

import dev.bellhop.login.Gate;
import dev.bellhop.login.Identity;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.message.Json;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code me/frames}: what a page would send on its WebSocket, where it has none. */
@RequestScoped
@Path(Gate.OWN + "/me/frames")
@Produces(MediaType.APPLICATION_JSON)
public class FramesResource {
    private static final String PROBLEM = "application/problem+json";

    @Inject
    private HttpServletRequest request;
    @Inject
    private Identity identity;
    @Inject
    private Connections connections;
    @Inject
    private Posts posts;

    /**
     * Takes frames in; each that is refused, and each {@code ping}, is answered.
     *
     * @param connection the stream that they belong to; may be null
     * @param owner      whose page it is; null: whoever is logged in
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response frames(@QueryParam("connection") String connection, @QueryParam("user_id") String owner, InputStream body) throws IOException {
        if (!Gate.hasPassed(request)) {
            throw new NotFoundException();
        }
        Optional<String> user = identity.user(request);
        if (user.isEmpty()) {
            return problem(Response.Status.UNAUTHORIZED, "unauthenticated", "not logged in");
        }
        if (owner != null && !owner.equals(user.get())) {
            return problem(Response.Status.FORBIDDEN, "forbidden", "somebody else has logged in since; nothing was done");
        }
        if (connections.areDraining()) {
            return problem(Response.Status.SERVICE_UNAVAILABLE, "unavailable", "this node is stopping; nothing was done");
        }
        byte[] bytes = body.readNBytes(posts.most() + 1);
        if (bytes.length > posts.most()) {
            return problem(Response.Status.REQUEST_ENTITY_TOO_LARGE, BadMessageException.TOO_LARGE, "the body is longer than " + posts.most() + " bytes");
        }
        try {
            // why not new String: it would change what is no UTF-8, and data must arrive as it was sent
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return Response.ok(posts.take(user.get(), connection, text)).build();
        } catch (CharacterCodingException e) {
            return problem(Response.Status.BAD_REQUEST, BadMessageException.BAD_JSON, "the body is not UTF-8");
        } catch (BadMessageException e) {
            return problem(Response.Status.BAD_REQUEST, e.code(), e.getMessage());
        }
    }

    private static Response problem(Response.Status status, String code, String detail) {
        String json = "{\"type\":\"about:blank\",\"title\":" + Json.quote(status.getReasonPhrase()) + ",\"status\":" + status.getStatusCode()
                + ",\"detail\":" + Json.quote(detail) + ",\"code\":" + Json.quote(code) + '}';
        return Response.status(status).type(PROBLEM).entity(json).build();
    }
}
