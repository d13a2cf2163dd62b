package dev.bellhop.login;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;

/**
 * Reads at the handshake who is logged in, and puts it where the endpoint finds it: in the user properties, which are each
 * connection's own (Jakarta WebSocket 2.1, section 3.1.6; checked on each server with hundreds of handshakes at once).
 */
public class HandshakeConfigurator extends ServerEndpointConfig.Configurator {
    /** The user property that holds the {@link Login}; none if the handshake showed no user. */
    public static final String LOGIN = "dev.bellhop.login";

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        config.getUserProperties().remove(LOGIN);
        // why again: the filter is one mapping deep, and an application may leave that out
        if (!CDI.current().select(Origins.class).get().allowed(request)) {
            return; // without a login, the connection closes as soon as it opens
        }
        List<String> cookies = request.getHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Cookie"))
                .map(Map.Entry::getValue).flatMap(List::stream).toList();
        // why CDI.current(): servers do not inject into a configurator. Nobody: the connection closes as soon as it opens
        CDI.current().select(Identity.class).get()
                .login(request.getUserPrincipal(), (HttpSession) request.getHttpSession(), cookies, request::isUserInRole)
                .ifPresent(login -> config.getUserProperties().put(LOGIN, login));
    }
}
