package dev.bellhop.live;

import dev.bellhop.lane.Lanes;
import dev.bellhop.login.Identity;
import dev.bellhop.login.Login;
import dev.bellhop.message.Position;
import dev.bellhop.metric.Metrics;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Server-sent events (<a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, 9.2</a>), for pages behind a
 * proxy that lets no WebSocket through. {@link HandshakeFilter} has turned strangers away. Opening a stream is its {@code login}.
 */
@WebServlet(urlPatterns = EventsServlet.PATH, asyncSupported = true)
public class EventsServlet extends HttpServlet {
    static final String PATH = "/events";

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Identity identity;
    @Inject
    private transient Connections connections;
    @Inject
    private transient FrameReader reader;
    @Inject
    private transient Lanes lanes;
    @Inject
    private transient StreamTurns turns;
    @Inject
    private transient Metrics metrics;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("GET")) {
            response.setHeader("Allow", "GET");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        String asked = request.getParameter("last_id");
        Optional<Position> lastId = Position.parse(asked == null ? request.getHeader("Last-Event-ID") : asked);
        if (asked != null && lastId.isEmpty()) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        List<String> cookies = Collections.list(request.getHeaders("Cookie"));
        Optional<Login> login = identity.login(request.getUserPrincipal(), request.getSession(false), cookies, request::isUserInRole);
        if (login.isEmpty()) {
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Accel-Buffering", "no"); // why: nginx would hold events back until it has some kilobytes of them
        // a page may still hold the position of whoever was logged in before; it says whose
        String owner = request.getParameter("user_id");
        boolean own = owner == null || owner.equals(login.get().userId());
        open(request, response, login.get(), own ? lastId.orElse(null) : null);
    }

    private void open(HttpServletRequest request, HttpServletResponse response, Login login, Position lastId) throws IOException {
        response.flushBuffer(); // why here, not by the stream: Open Liberty ignores the first flush of a stream
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0); // why: Sweeper tells silence from idleness
        EventsTransport transport = new EventsTransport(context, response.getOutputStream(), lanes, task -> turns.run(login.userId(), task));
        context.addListener(transport);
        Connection connection = connections.open(transport, login);
        if (connection != null) {
            metrics.counter("streams_opened", "Connections opened as server-sent events, since no WebSocket got through").add();
            transport.whenEnded(connection::ended);
            reader.login(connection, lastId, request.getParameter("replaces"));
        }
        transport.begin();
    }
}
