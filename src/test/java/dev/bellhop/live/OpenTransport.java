package dev.bellhop.live;

/** A way to a page that is always open and answers each ping; what becomes of a frame is the test's. */
abstract class OpenTransport implements Transport {
    @Override
    public void ping() {}

    @Override
    public long pingNanos(long set) {
        return set;
    }

    @Override
    public void close(CloseCode code) {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isTwoWay() {
        return true;
    }

    @Override
    public Object server() {
        return this;
    }
}
