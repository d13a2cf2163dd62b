package dev.bellhop.bench.peer;

import com.fasterxml.jackson.databind.util.RawValue;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.JacksonJSONContextServer;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** CometD on Jetty, with its WebSocket transport alone: a channel for each user, to which pages subscribe. */
public final class CometDPeer {

    private CometDPeer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("localhost");
        connector.setPort(Integer.parseInt(arguments[0]));
        server.addConnector(connector);
        ContextHandler context = new ContextHandler("/");
        context.setHandler(WebSocketUpgradeHandler.from(server, context));
        server.setHandler(context);

        BayeuxServerImpl bayeux = new BayeuxServerImpl();
        bayeux.setOption(Context.class.getName(), context.getContext());
        bayeux.setOption("ws.cometdURLMapping", "/ws");
        bayeux.setOption("jsonContext", JacksonJSONContextServer.class.getName());
        bayeux.setTransports(new JettyWebSocketTransport(bayeux));
        bayeux.setAllowedTransports("websocket");
        context.addBean(bayeux);
        server.start();

        Channel.listen(Integer.parseInt(arguments[1]), (user, frame) -> {
            ServerChannel channel = bayeux.getChannel("/" + user);
            if (channel != null) {
                channel.publish(null, new RawValue(frame), Promise.noop());
            }
        });
        System.out.println("CometD " + BayeuxServerImpl.class.getPackage().getImplementationVersion() + ", Jetty " + Server.getVersion() + ", Java " + System.getProperty("java.version"));
        server.join();
    }
}
