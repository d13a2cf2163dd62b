package dev.bellhop.redis;

/** Redis cannot be asked right now; nothing was sent to it. */
public final class RedisAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RedisAwayException(String why) {
        super(why, null, false, false); // why no stack trace: while Redis is away every call ends here
    }
}
