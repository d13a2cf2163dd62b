package dev.bellhop.http;

import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Answers 401 where a security constraint of the application would answer 200, with its login page, to a request that Bellhop should have
 * got: a backend would take its message for published, and a load balancer this node for ready.
 *
 * <p>Why on forwards: that is how WildFly and Payara show the login page, before any filter has seen the request. Open Liberty answers with
 * a redirect to the login page instead, which Bellhop does not see. {@link ConstraintsListener} warns on all of them.
 */
@WebFilter(urlPatterns = "/*", dispatcherTypes = DispatcherType.FORWARD, asyncSupported = true)
public class LoginPageFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;
    private static final Pattern BELLHOPS = Pattern.compile("/(ws|events|metrics|api/.*|health/.*)");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        if (request.getUserPrincipal() == null && isBellhops(request) && !response.isCommitted()) {
            new Problem(Code.UNAUTHENTICATED, "a security constraint of this application lets only those who have logged in get here").answer(response);
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isBellhops(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) instanceof String asked
                && asked.startsWith(request.getContextPath()) && BELLHOPS.matcher(asked.substring(request.getContextPath().length())).matches();
    }
}
