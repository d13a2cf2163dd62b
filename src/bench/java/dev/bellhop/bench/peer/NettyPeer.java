package dev.bellhop.bench.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.Version;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Bare Netty, as its WebSocket example has it, with a group of channels for each user. */
public final class NettyPeer {
    private static final int MAX_HTTP = 65_536;

    private NettyPeer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Map<String, ChannelGroup> users = new ConcurrentHashMap<>();
        MultiThreadIoEventLoopGroup boss = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        MultiThreadIoEventLoopGroup workers = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        new ServerBootstrap().group(boss, workers).channel(NioServerSocketChannel.class).childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_HTTP),
                        new WebSocketServerProtocolHandler("/ws", null, false, MAX_HTTP, false, true), new Join(users));
            }
        }).bind("localhost", Integer.parseInt(arguments[0])).sync();
        dev.bellhop.bench.peer.Channel.listen(Integer.parseInt(arguments[1]), (user, frame) -> {
            ChannelGroup group = users.get(user);
            if (group != null) {
                ByteBuf text = Unpooled.wrappedBuffer(frame.getBytes(StandardCharsets.UTF_8));
                group.writeAndFlush(new TextWebSocketFrame(text));
            }
        });
        System.out.println("Netty " + Version.identify().get("netty-codec-http").artifactVersion() + ", Java " + System.getProperty("java.version"));
    }

    private static final class Join extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        private final Map<String, ChannelGroup> users;

        Join(Map<String, ChannelGroup> users) {
            this.users = users;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object happened) throws Exception {
            if (happened instanceof WebSocketServerProtocolHandler.HandshakeComplete complete) {
                String user = new QueryStringDecoder(complete.requestUri()).parameters().get("user").get(0);
                users.computeIfAbsent(user, name -> new DefaultChannelGroup(GlobalEventExecutor.INSTANCE)).add(context.channel());
            }
            super.userEventTriggered(context, happened);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            // pages say nothing
        }
    }
}
