package dev.bellhop.login;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads at the handshake who is logged in, and puts it where the endpoint finds it: in the user properties, which are each
 * connection's own (Jakarta WebSocket 2.1, section 3.1.6; checked on each server with hundreds of handshakes at once).
 *
 * <p>Why it keeps the beans that it has looked up: the look-ups were a tenth of what a handshake cost. A server makes one configurator
 * for an application, or several, which then look up for themselves.
 */
public class HandshakeConfigurator extends ServerEndpointConfig.Configurator {
    /** The user property that holds the {@link Login}; none if the handshake showed no user. */
    public static final String LOGIN = "dev.bellhop.login";

    private volatile Beans beans;

    /** What each handshake needs; there is one of each in the application. */
    private record Beans(Origins origins, Identity identity) {

        // why CDI.current(): servers do not inject into a configurator
        static Beans lookUp() {
            CDI<Object> all = CDI.current();
            return new Beans(all.select(Origins.class).get(), all.select(Identity.class).get());
        }
    }

    private Beans beans() {
        Beans known = beans;
        if (known == null) {
            known = Beans.lookUp();
            beans = known;
        }
        return known;
    }

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        Map<String, Object> properties = config.getUserProperties();
        properties.remove(LOGIN);
        // why again: the filter is one mapping deep, and an application may leave that out
        if (!beans().origins().allowed(request)) {
            return; // without a login, the connection closes as soon as it opens
        }
        List<String> cookies = new ArrayList<>(1);
        request.getHeaders().forEach((name, values) -> {
            if (name.equalsIgnoreCase("Cookie")) {
                cookies.addAll(values);
            }
        });
        // nobody: the connection closes as soon as it opens
        beans().identity().login(request.getUserPrincipal(), (HttpSession) request.getHttpSession(), cookies, request::isUserInRole)
                .ifPresent(login -> properties.put(LOGIN, login));
    }
}
