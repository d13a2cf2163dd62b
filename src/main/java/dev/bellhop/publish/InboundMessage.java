package dev.bellhop.publish;

import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;

/**
 * What a page has sent to the application: a CDI event. It comes after the entry of the stream was accepted, if there is a stream.
 *
 * <p>Observe it with {@code @Observes}: one message of a page after another, on one of four threads of Bellhop's own; the page's
 * next message waits, and more than a hundred are refused. Or with {@code @ObservesAsync} for what takes longer: on a thread of the
 * server's, in no order.
 *
 * @param userId  who sent it, by the login of the handshake; never by what the page claims
 * @param msgType 1 to 64 characters
 * @param data    any JSON value as it was sent, or null if there was none
 */
public record InboundMessage(String userId, String msgType, String data) {

    /**
     * The data as an object of the application's.
     *
     * @throws jakarta.json.bind.JsonbException if it does not fit
     */
    public <T> T dataAs(Class<T> type) {
        return data == null ? null : Holder.JSONB.fromJson(data, type);
    }

    private static final class Holder { // why: made on first use, as most applications read the stream instead
        private static final Jsonb JSONB = JsonbBuilder.create();
    }
}
