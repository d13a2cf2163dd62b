package dev.bellhop.publish;

import dev.bellhop.config.Settings;
import dev.bellhop.identity.Identity;
import dev.bellhop.identity.Origins;
import dev.bellhop.publish.Problem.Code;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Who calls the API: a browser through the server's sign-on, or a backend with a name and password of the server's realm
 * (Basic, <a href="https://www.rfc-editor.org/rfc/rfc7617">RFC 7617</a>).
 *
 * <p>Why not the container's own Basic: an application has one login method, and only with FORM does each server take part in
 * the sign-on. {@link HttpServletRequest#login} is the portable way to the realm.
 */
@WebFilter(urlPatterns = "/api/*")
public class ApiFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Inject
    private transient Settings settings;
    @Inject
    private transient Identity identity;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (isCrossSite(request)) {
            refuse(response, new Problem(Code.CROSS_SITE, "a page of another site may not do this; see bellhop.origins"));
            return;
        }
        // why whoever is logged in stays who they are: a browser sends Basic credentials that it remembers along with everything,
        // and leaving, below, would end the user's own login
        HttpSession before = request.getSession(false);
        boolean known = request.getUserPrincipal() != null || identity.user(null, before).isPresent();
        String[] credentials = known ? null : basic(request.getHeader("Authorization"));
        if (credentials == null) {
            chain.doFilter(request, response);
            return;
        }
        try {
            request.login(credentials[0], credentials[1]);
        } catch (ServletException wrong) {
            response.setHeader("WWW-Authenticate", Caller.CHALLENGE);
            refuse(response, new Problem(Code.UNAUTHENTICATED, "name and password do not go together"));
            return;
        }
        Caller.remember(request);
        leave(request, before == null);
        chain.doFilter(request, response);
    }

    /**
     * Ends what login has begun: a backend keeps no cookies, so each call would leave an HTTP session and a sign-on behind. Why
     * before the call is answered: an HTTP session can be made only until then.
     */
    private static void leave(HttpServletRequest request, boolean withSession) throws ServletException {
        HttpSession session = request.getSession(true); // why made: the sign-on that login has begun ends with it, but not without
        try {
            // why both: on one server ending the HTTP session leaves the sign-on's cookie good, on another logging out does
            request.logout();
            if (withSession) {
                session.invalidate();
                request.getSession(true).invalidate(); // why: Payara's logout begins a sign-on of nobody's
            }
        } catch (IllegalStateException ended) {
            return; // the server was first
        }
    }

    // A browser sends its cookies, and Basic credentials that it remembers, wherever a page has it call.
    private boolean isCrossSite(HttpServletRequest request) {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD") || request.getMethod().equals("OPTIONS");
        if (reads) {
            return false; // no other site's page can see the answer
        }
        return !Origins.allowed(request, settings.origins())
                || (request.getHeader("Origin") == null && "cross-site".equals(request.getHeader("Sec-Fetch-Site")));
    }

    private static String[] basic(String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String pair = new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? null : new String[] {pair.substring(0, colon), pair.substring(colon + 1)};
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private static void refuse(HttpServletResponse response, Problem problem) throws IOException {
        response.setStatus(problem.code().status());
        response.setContentType(ProblemMapper.TYPE);
        response.setCharacterEncoding("UTF-8");
        response.getWriter().print(problem.json());
    }
}
