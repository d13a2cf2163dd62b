package dev.bellhop.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.tomcat.websocket.server.WsSci;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.SpringVersion;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** Spring WebSocket on an embedded Tomcat, as Spring's reference has it: a handler, and a decorator that bounds what waits. */
public final class SpringPeer {
    private static final Map<String, Set<WebSocketSession>> USERS = new ConcurrentHashMap<>();

    private SpringPeer() {}

    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("spring-peer").toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(Integer.parseInt(arguments[0]));
        tomcat.getConnector().setProperty("maxConnections", "30000");
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(new WsSci(), null);
        AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
        spring.register(Sockets.class);
        Tomcat.addServlet(context, "spring", new DispatcherServlet(spring)).setLoadOnStartup(1);
        context.addServletMappingDecoded("/", "spring");
        tomcat.start();
        Channel.listen(Integer.parseInt(arguments[1]), (user, frame) -> {
            for (WebSocketSession session : USERS.getOrDefault(user, Set.of())) {
                try {
                    session.sendMessage(new TextMessage(frame));
                } catch (IOException | IllegalStateException gone) {
                    USERS.get(user).remove(session);
                }
            }
        });
        System.out.println("Spring " + SpringVersion.getVersion() + ", " + ServerInfo.getServerInfo() + ", Java " + System.getProperty("java.version"));
        tomcat.getServer().await();
    }

    /** Spring's configuration; public, since Spring makes it. */
    @Configuration
    @EnableWebSocket
    public static class Sockets implements WebSocketConfigurer {
        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new Handler(), "/ws").setAllowedOrigins("*");
        }
    }

    private static final class Handler extends TextWebSocketHandler {
        private static final int SEND_MILLIS = 10_000;
        private static final int BYTES = 1 << 20;

        @Override
        public void afterConnectionEstablished(WebSocketSession session) {
            String user = session.getUri().getQuery().substring("user=".length());
            USERS.computeIfAbsent(user, name -> ConcurrentHashMap.newKeySet()).add(new ConcurrentWebSocketSessionDecorator(session, SEND_MILLIS, BYTES));
        }

        @Override
        public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
            USERS.values().forEach(sessions -> sessions.removeIf(one -> one.getId().equals(session.getId())));
        }
    }
}
