package dev.bellhop.bench;

/** What one page says to the server, besides that it listens. Touched by the thread of {@link Pages} alone. */
interface Dialogue {

    /** What it sends first. */
    String first();

    /** What it sends when this frame has come, which is no message; null if nothing. */
    String answer(String frame);

    /** Whether all has been said that the page waits for: from now on messages come. */
    boolean isLoggedIn();

    /**
     * What the page says on the connection that is to take the place of this one; null if there is to be none. Not asked again after an answer.
     *
     * @param closeCode with which the server has closed this one; 0 if it is open
     */
    default Dialogue successor(int closeCode) {
        return null;
    }
}
