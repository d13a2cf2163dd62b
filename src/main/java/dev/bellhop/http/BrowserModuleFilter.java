package dev.bellhop.http;

import dev.bellhop.login.Cors;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Lets pages of listed origins import {@code bellhop.js} and its parts: a browser takes a module of another origin only with CORS. And has a browser ask each
 * time whether its copies are still good: left alone it would keep each as long as it sees fit, and parts of two versions do not fit together.
 */
@WebFilter("*.js")
public class BrowserModuleFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Inject
    private transient Cors cors;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        // why by the name: the console's scripts are the console's alone, and so are those of an application that Bellhop is part of
        String path = request.getRequestURI().substring(request.getContextPath().length());
        boolean ours = path.startsWith("/bellhop");
        if (ours && cors.answer(request, response)) {
            return;
        }
        if (ours) {
            response.setHeader("Cache-Control", "no-cache");
        }
        chain.doFilter(request, response);
    }
}
