package dev.bellhop.live;

/** For other applications of the same server, through JMX: {@code dev.bellhop:type=Logins,context="…"}. */
public interface LoginsMBean {

    /**
     * A login has ended: closes its pages with 4401, on every node. Returns at once; thread-safe.
     *
     * @param user    the name of the principal
     * @param loginId the first 32 hexadecimal digits of the SHA-256 digest of the sign-on cookie's value, or else of the HTTP
     *                session's id
     */
    void ended(String user, String loginId);
}
