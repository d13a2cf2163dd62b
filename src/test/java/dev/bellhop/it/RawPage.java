package dev.bellhop.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A page that reads nothing but the answer to its handshake, and whose system takes next to nothing for it. */
final class RawPage implements AutoCloseable {

    private final Socket socket = new Socket();

    /** Opens a connection and sends {@code login}. */
    RawPage(FormLogin login) throws IOException {
        ServerNode node = login.node();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(node.webSocket().getHost(), node.port()));
        String ask = "GET " + node.webSocket().getPath() + " HTTP/1.1\r\nHost: " + node.webSocket().getAuthority() + "\r\nOrigin: " + node.origin()
                + "\r\nCookie: " + login.cookieHeader(node.webSocket()).orElseThrow()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.getOutputStream().write(ask.getBytes(StandardCharsets.ISO_8859_1));
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("ended: " + answer);
            }
            answer.append((char) read);
        }
        if (!answer.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException(answer.toString());
        }
        byte[] text = "{\"msg_type\":\"login\"}".getBytes(StandardCharsets.UTF_8);
        // masked, as a page has to; with zeros
        socket.getOutputStream().write(ByteBuffer.allocate(6 + text.length).put((byte) 0x81).put((byte) (0x80 | text.length)).putInt(0).put(text).array());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
