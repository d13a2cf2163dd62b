package dev.bellhop.http;

import dev.bellhop.message.Json;
import dev.bellhop.redis.PubSub;
import dev.bellhop.redis.Redis;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * Whether this node lives, and whether a load balancer should send it pages.
 *
 * <p>{@code /health/live}: 200 as long as the application answers. {@code /health/ready}: 200 while Redis takes commands, the
 * node hears what is published and hands it on, else 503. The answer says which, in the form of MicroProfile Health. On a Redis Cluster
 * it names the masters whose announcements do not arrive here. A master that has failed for every node is named, but leaves 200: pages
 * would be no better off on another node.
 */
@WebServlet(urlPatterns = {"/health/live", "/health/ready"})
public class HealthServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Inject
    private transient Redis redis;
    @Inject
    private transient PubSub pubSub;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        if (request.getServletPath().endsWith("/live")) {
            response.getWriter().print("{\"status\":\"UP\",\"checks\":[]}");
            return;
        }
        boolean commands = redis.isConnected();
        boolean subscription = pubSub.hearsAsOthers();
        boolean delivery = pubSub.delivers();
        boolean ready = commands && subscription && delivery;
        response.setStatus(ready ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.getWriter().print("{\"status\":" + status(ready) + ",\"checks\":[{\"name\":\"redis\",\"status\":" + status(commands)
                + "},{\"name\":\"subscription\",\"status\":" + status(subscription) + deafShards(pubSub.deafShards())
                + "},{\"name\":\"delivery\",\"status\":" + status(delivery) + "}]}");
    }

    private static String deafShards(List<String> addresses) {
        return addresses.isEmpty() ? "" : ",\"data\":{\"deaf_shards\":" + Json.quote(String.join(",", addresses)) + "}";
    }

    private static String status(boolean up) {
        return up ? "\"UP\"" : "\"DOWN\"";
    }
}
