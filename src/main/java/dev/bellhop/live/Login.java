package dev.bellhop.live;

import jakarta.servlet.http.HttpSession;

/**
 * Who opened a connection, as the server's login says; nothing that a page sends changes it.
 *
 * @param userId      the user
 * @param loginId     the same for all connections of one sign-on, and for nobody else's
 * @param httpSession the HTTP session of the handshake; null where the server gave none
 */
record Login(String userId, String loginId, HttpSession httpSession) {

    /** Whether the HTTP session of the handshake still stands. */
    boolean stands() {
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
