package dev.bellhop.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets only operators see the console, and keeps it to itself: its scripts and styles are files of this application, and nothing
 * else runs there, whatever text it shows.
 *
 * <p>Why a filter, not a security constraint: see {@code dev.bellhop.live.HandshakeFilter}.
 */
@WebFilter("/console/*")
public class ConsoleFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    private static final String ADMIN = "bellhop-admin";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cache-Control", "no-store");
        if (request.getUserPrincipal() == null) {
            refuse(response, HttpServletResponse.SC_UNAUTHORIZED, "You are not logged in",
                    "Log in to the application that this server runs, as a user with the role " + ADMIN + ", and come back to this page.");
        } else if (!request.isUserInRole(ADMIN)) {
            refuse(response, HttpServletResponse.SC_FORBIDDEN, "This is for operators", "Your login lacks the role " + ADMIN + ".");
        } else if (request.getRequestURI().equals(request.getContextPath() + "/console")) {
            // why relative: only the browser knows the path prefix of a proxy
            response.setStatus(HttpServletResponse.SC_FOUND);
            response.setHeader("Location", "console/");
        } else if (request.getRequestURI().endsWith("/console/")) {
            request.getRequestDispatcher("/console/index.html").forward(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private static void refuse(HttpServletResponse response, int status, String title, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/html");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().print("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"UTF-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">"
                + "<title>Bellhop</title></head><body><h1>"
                + title + "</h1><p>" + text + "</p></body></html>");
    }
}
