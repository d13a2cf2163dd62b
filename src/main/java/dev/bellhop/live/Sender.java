package dev.bellhop.live;

/** Whoever sends frames: a page on its connection, or a user by requests. */
interface Sender {
    String userId();

    /** The connection whose page need not be told of what it has said itself; {@code -} for none. */
    String connectionId();

    Allowance allowance();

    Pending pending();

    /** Whether so many bytes more may go to the application. */
    boolean maySend(int bytes);

    /** Answers a frame, within the call that brought it. */
    void answer(Frame frame);

    /** Tells what has become of a frame; on any thread, at any time. */
    void tell(Frame frame);

    /** It has gone too far: nothing more is to be taken from it for now. */
    void refuseAll(CloseCode why);
}
