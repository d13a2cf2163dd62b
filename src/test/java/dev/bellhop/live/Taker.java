package dev.bellhop.live;

import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;

/** A page that takes each frame at once. */
final class Taker extends OpenTransport {
    private static final SendResult OK = new SendResult();

    @Override
    public void send(Frame frame, SendHandler done) {
        done.onResult(OK);
    }
}
