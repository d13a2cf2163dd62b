package dev.bellhop.embedded;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;

/** An existing application with a login of its own, which the server knows nothing of: a user id in the HTTP session. */
@WebServlet("/door/*")
public class FrontDoor extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Concierge concierge;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        String user = request.getParameter("user");
        Concierge.Parcel parcel = new Concierge.Parcel("a friend", 7);
        response.setContentType("text/plain;charset=UTF-8");
        switch (request.getPathInfo()) {
            case "/enter" -> {
                request.getSession(true).setAttribute("guest", user);
                request.changeSessionId();
            }
            case "/leave" -> request.getSession().invalidate();
            case "/announce" -> response.getWriter().print(concierge.announce(user, parcel));
            case "/remind" -> response.getWriter().print(concierge.remind(user, parcel, Instant.now().plusMillis(1_500)).toCompletableFuture().join());
            case "/heard" -> response.getWriter().print(String.join("\n", concierge.heard()));
            default -> response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }
}
