package dev.bellhop.stock.desk;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The application's page; {@code web.xml} maps it. Part of a WAR, so it uses nothing but the Servlet API. */
public class Hello extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        request.getSession();
        response.getWriter().print("Hello " + request.getRemoteUser());
    }
}
