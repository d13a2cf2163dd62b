package dev.bellhop.http;

import dev.bellhop.login.Cors;
import dev.bellhop.login.Gate;
import dev.bellhop.login.Identity;
import dev.bellhop.login.Origins;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
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
import java.util.Enumeration;
import java.util.Optional;

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
    private transient Origins origins;
    @Inject
    private transient Cors cors;
    @Inject
    private transient Identity identity;
    @Inject
    private transient VerifiedLogins verified;
    @Inject
    private transient PlainPost plain;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Gate.pass(request);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (isForPages(request) && cors.answer(request, response)) {
            return;
        }
        if (isCrossSite(request)) {
            new Problem(Code.CROSS_SITE, "a page of another site may not do this; see bellhop.origins").answer(response);
            return;
        }
        Problem unreadable = unreadable(request);
        if (unreadable != null) {
            unreadable.answer(response);
            return;
        }
        // why whoever is logged in stays who they are: a browser sends Basic credentials that it remembers along with everything,
        // and leaving, below, would end the user's own login
        HttpSession before = request.getSession(false);
        boolean known = request.getUserPrincipal() != null || identity.user(null, before).isPresent();
        String credentials = known ? null : basic(request.getHeader("Authorization"));
        if (credentials == null) {
            answer(request, response, chain);
            return;
        }
        Optional<VerifiedLogins.Backend> lately = verified.find(credentials);
        if (lately.isPresent()) {
            Caller.is(request, lately.get());
            answer(request, response, chain);
            return;
        }
        int colon = credentials.indexOf(':');
        try {
            request.login(credentials.substring(0, colon), credentials.substring(colon + 1));
        } catch (ServletException wrong) {
            response.setHeader("WWW-Authenticate", Caller.CHALLENGE);
            new Problem(Code.UNAUTHENTICATED, "name and password do not go together").answer(response);
            return;
        }
        verified.add(credentials, Caller.remember(request));
        leave(request, before == null);
        answer(request, response, chain);
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        if (PlainPost.is(request)) {
            plain.answer(request, response);
        } else {
            chain.doFilter(request, response);
        }
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

    /** Whether it is among the calls that pages make in their user's name; no page of another origin needs the rest. */
    private static boolean isForPages(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return path.equals("/api/me") || path.startsWith("/api/me/");
    }

    /** What is wrong with the headers that say which types are sent and wanted, or null. */
    private static Problem unreadable(HttpServletRequest request) {
        String type = request.getContentType();
        if (type != null && !MediaTypes.isContentType(type)) {
            return new Problem(Code.UNSUPPORTED_MEDIA_TYPE, "Content-Type is not a media type");
        }
        Enumeration<String> accepted = request.getHeaders("Accept");
        while (accepted.hasMoreElements()) {
            if (!MediaTypes.isAccept(accepted.nextElement())) {
                return new Problem(Code.BAD_MESSAGE, "Accept is not a list of media types");
            }
        }
        return null;
    }

    // A browser sends its cookies, and Basic credentials that it remembers, wherever a page has it call.
    private boolean isCrossSite(HttpServletRequest request) {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD") || request.getMethod().equals("OPTIONS");
        if (reads) {
            return false; // no other site's page can see the answer, unless it is listed
        }
        return !origins.allowed(request);
    }

    /** @return name, colon, password; null if the header holds none */
    private static String basic(String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String pair = new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
            return pair.indexOf(':') < 0 ? null : pair;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
