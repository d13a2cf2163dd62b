package dev.bellhop.live;

import dev.bellhop.config.Settings;

/**
 * How many frames a page may still send: a token bucket; and how many of its frames were refused lately.
 *
 * <p>Thread-safe: a server hands over one WebSocket's frames one after another, but a user may send several requests at once.
 */
final class Allowance {
    /** As many refused frames as ten seconds' allowance, less one forgiven a second, are abuse. */
    private static final int ABUSE_SECONDS = 10;

    private final int rate;
    private final int burst;
    private double tokens;
    private double strikes;
    private long tokensAt;
    private long strikesAt;

    Allowance(int rate, int burst, long now) {
        this.rate = rate;
        this.burst = burst;
        tokens = burst;
        tokensAt = now;
        strikesAt = now;
    }

    /** As many frames as the settings allow a page. */
    static Allowance ofFrames(Settings settings, long now) {
        return new Allowance(settings.rate(), settings.burst(), now);
    }

    /** As many bytes for the application as the settings allow a user; at once some seconds' worth, and two messages of any size. */
    static Allowance ofBytes(Settings settings, long now) {
        int rate = settings.userRateBytes();
        return new Allowance(rate, Math.max(4 * rate, 2 * settings.maxMessageSize()), now);
    }

    /**
     * Takes one frame's token.
     *
     * @param now {@link System#nanoTime}
     */
    synchronized boolean take(long now) {
        return take(1, now);
    }

    /** Takes several tokens, or none if there are not enough. */
    synchronized boolean take(int wanted, long now) {
        tokens = Math.min(burst, tokens + (now - tokensAt) * 1e-9 * rate);
        tokensAt = now;
        if (tokens < wanted) {
            return false;
        }
        tokens -= wanted;
        return true;
    }

    /**
     * Notes that a frame was refused.
     *
     * @return true if this is abuse
     */
    synchronized boolean strike(long now) {
        strikes = Math.max(0, strikes - (now - strikesAt) * 1e-9) + 1;
        strikesAt = now;
        return strikes > ABUSE_SECONDS * rate;
    }
}
