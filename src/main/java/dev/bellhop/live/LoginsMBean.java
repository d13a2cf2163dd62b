package dev.bellhop.live;

/** For other applications of the same server, through JMX: {@code dev.bellhop:type=Logins,context="…"}. */
public interface LoginsMBean {

    /**
     * A login has ended: closes its pages with 4401, on every node, and lets none come back for a day. Returns at once;
     * thread-safe.
     *
     * @param user    the name of the principal
     * @param loginId the first 32 hexadecimal digits of the SHA-256 digest of the sign-on cookie's value, or else of the HTTP
     *                session's id
     */
    void ended(String user, String loginId);

    /**
     * Somebody has ended an HTTP session of this login: closes its pages with 4401, on every node. Nothing is remembered: a page
     * that comes back counts if the server takes its login. Returns at once; thread-safe.
     *
     * @param user    as above
     * @param loginId as above
     */
    void sessionEnded(String user, String loginId);

    /**
     * An HTTP session of this login has expired: closes its pages with 1001, on every node, so that they come back and show their
     * login again. Nothing is remembered. Returns at once; thread-safe.
     *
     * @param user    as above
     * @param loginId as above; empty for every page of the user that has been open for ten seconds
     */
    void check(String user, String loginId);
}
