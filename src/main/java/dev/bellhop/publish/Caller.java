package dev.bellhop.publish;

import dev.bellhop.identity.Identity;
import dev.bellhop.publish.Problem.Code;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.NotAuthorizedException;

/** Who has made this call, and what they may. */
@RequestScoped
class Caller {
    static final String CHALLENGE = "Basic realm=\"bellhop\", charset=\"UTF-8\"";
    static final String PUBLISHER = "bellhop-publisher";
    static final String ADMIN = "bellhop-admin";

    @Inject
    private HttpServletRequest request;
    @Inject
    private Identity identity;

    /** The same for what an operator may do as well as a publisher. */
    void requirePublisherOrAdmin() {
        if (request.getUserPrincipal() == null || !request.isUserInRole(ADMIN)) {
            require(PUBLISHER);
        }
    }

    /** @throws Problem if nobody is logged in; {@link NotAuthorizedException} if the caller lacks the role */
    void require(String role) {
        if (request.getUserPrincipal() == null) {
            throw new NotAuthorizedException(CHALLENGE);
        }
        if (!request.isUserInRole(role)) {
            throw new Problem(Code.FORBIDDEN, "this needs the role " + role);
        }
    }

    /**
     * The user whose page calls.
     *
     * @throws Problem if nobody is logged in
     */
    String user() {
        // why without a challenge: the browser would ask for a name and password in a window of its own
        return identity.user(request.getUserPrincipal(), request.getSession(false))
                .orElseThrow(() -> new Problem(Code.UNAUTHENTICATED, "not logged in"));
    }
}
