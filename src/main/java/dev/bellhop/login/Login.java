package dev.bellhop.login;

import jakarta.servlet.http.HttpSession;
import java.util.Set;

/**
 * Who opened a connection, as the server's login says; nothing that a page sends changes it.
 *
 * @param userId      the user
 * @param loginId     the same for all connections of one sign-on, and for nobody else's
 * @param httpSession the HTTP session of the handshake; null where the server gave none
 * @param ages        whether it must be checked again after a while: the end of the application's own HTTP session is told, the
 *                    end of a sign-on may not be
 * @param roles       which of {@code bellhop.roles} it holds
 */
public record Login(String userId, String loginId, HttpSession httpSession, boolean ages, Set<String> roles) {

    /** Whether it was shown by this HTTP session. */
    public boolean hangsOn(String sessionId) {
        return httpSession != null && httpSession.getId().equals(sessionId);
    }

    /** Whether the HTTP session of the handshake still stands. */
    public boolean stands() {
        if (httpSession == null) {
            return true;
        }
        try {
            httpSession.getCreationTime();
            return true;
        } catch (IllegalStateException invalidated) {
            return false;
        }
    }
}
