package dev.bellhop.bench;

/** What one page says to the server, besides that it listens. Touched by the thread of {@link Pages} alone. */
interface Dialogue {

    /** What it sends first. */
    String first();

    /** What it sends when this frame has come, which is no message; null if nothing. */
    String answer(String frame);

    /** Whether all has been said that the page waits for: from now on messages come. */
    boolean isLoggedIn();
}
