package dev.bellhop.live;

import dev.bellhop.login.Gate;
import dev.bellhop.login.Identity;
import dev.bellhop.message.BadMessageException;
import dev.bellhop.problem.Body;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
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
import java.io.InputStream;
import java.util.Optional;

/** {@code me/frames}: what a page would send on its WebSocket, where it has none. */
@RequestScoped
@Path(Gate.OWN + "/me/frames")
@Produces(MediaType.APPLICATION_JSON)
public class FramesResource {
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
    public String frames(@QueryParam("connection") String connection, @QueryParam("user_id") String owner, InputStream body) {
        if (!Gate.hasPassed(request)) {
            throw new NotFoundException();
        }
        Optional<String> user = identity.user(request);
        if (user.isEmpty()) {
            throw new Problem(Code.UNAUTHENTICATED, "not logged in");
        }
        if (owner != null && !owner.equals(user.get())) {
            throw new Problem(Code.FORBIDDEN, "somebody else has logged in since; nothing was done");
        }
        if (connections.areDraining()) {
            throw new Problem(Code.UNAVAILABLE, "this node is stopping; nothing was done");
        }
        try {
            return posts.take(user.get(), connection, Body.read(body, posts.most()));
        } catch (BadMessageException e) {
            throw Problem.of(e);
        }
    }
}
