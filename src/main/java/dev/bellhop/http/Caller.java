package dev.bellhop.http;

import dev.bellhop.http.VerifiedLogins.Backend;
import dev.bellhop.login.Gate;
import dev.bellhop.login.Identity;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.NotFoundException;
import java.security.Principal;
import java.util.Set;
import java.util.stream.Collectors;

/** Who has made this call, and what they may. Every resource asks first of all. */
@RequestScoped
class Caller {
    static final String CHALLENGE = "Basic realm=\"bellhop\", charset=\"UTF-8\"";
    static final String PUBLISHER = "bellhop-publisher";
    static final String ADMIN = "bellhop-admin";

    private static final String BACKEND = "dev.bellhop.backend";
    private static final Set<String> ROLES = Set.of(PUBLISHER, ADMIN);

    @Inject
    private HttpServletRequest request;
    @Inject
    private Identity identity;

    /** From now on the call is whoever's the request is at this moment, though the login ends. */
    static Backend remember(HttpServletRequest request) {
        Set<String> roles = ROLES.stream().filter(request::isUserInRole).collect(Collectors.toUnmodifiableSet());
        Backend backend = new Backend(request.getUserPrincipal().getName(), roles);
        is(request, backend);
        return backend;
    }

    /** The call is this backend's. */
    static void is(HttpServletRequest request, Backend backend) {
        request.setAttribute(BACKEND, backend);
        request.setAttribute(Identity.CALLER, (Principal) backend::name);
    }

    private Principal principal() {
        requireGate();
        return Identity.principal(request);
    }

    private void requireGate() {
        if (!Gate.hasPassed(request)) {
            throw new NotFoundException();
        }
    }

    /** Whether whoever makes this call may publish. */
    static boolean isPublisher(HttpServletRequest request) {
        return Gate.hasPassed(request) && Identity.principal(request) != null && isIn(request, PUBLISHER);
    }

    private boolean isIn(String role) {
        return isIn(request, role);
    }

    private static boolean isIn(HttpServletRequest request, String role) {
        return request.getAttribute(BACKEND) instanceof Backend backend ? backend.roles().contains(role) : request.isUserInRole(role);
    }

    /** The same for what an operator may do as well as a publisher. */
    void requirePublisherOrAdmin() {
        if (principal() == null || !isIn(ADMIN)) {
            require(PUBLISHER);
        }
    }

    /** @throws Problem if nobody is logged in; {@link NotAuthorizedException} if the caller lacks the role */
    void require(String role) {
        if (principal() == null) {
            throw new NotAuthorizedException(CHALLENGE);
        }
        if (!isIn(role)) {
            throw new Problem(Code.FORBIDDEN, "this needs the role " + role);
        }
    }

    /**
     * The user whose page calls.
     *
     * @throws Problem if nobody is logged in
     */
    String user() {
        requireGate();
        // why without a challenge: the browser would ask for a name and password in a window of its own
        return identity.user(request)
                .orElseThrow(() -> new Problem(Code.UNAUTHENTICATED, "not logged in"));
    }
}
