package dev.bellhop.redis;

import dev.bellhop.config.Settings;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.Delay;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lettuce, set up for one Redis or a cluster, so that nobody else needs to know which. Lives from start to stop.
 *
 * <p>Lettuce's defaults do not fit: they queue without bound while Redis is away and send again, after a reconnect, what
 * may have been done already. Here a call is refused at once while Redis is away, and never sent twice.
 */
final class Client {
    private static final System.Logger LOG = System.getLogger(Client.class.getName());
    /** How long any command may take. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_WAITING = 50_000;

    private final Settings settings;
    private final ClientResources resources;
    /** The same with one thread for what is heard alone: whoever is told of it may take time, and commands do not wait. */
    private final ClientResources hearing;
    private final EventExecutor dispatcher;
    private final AbstractRedisClient commands;
    private final RedisClient subscriptions;

    Client(Settings settings) {
        this.settings = settings;
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .reconnectDelay(() -> Delay.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(2), 50, TimeUnit.MILLISECONDS))
                .build();
        dispatcher = resources.eventExecutorGroup().next();
        List<RedisURI> uris = settings.redisUris().stream().map(RedisURI::create).toList();
        uris.forEach(uri -> {
            uri.setTimeout(TIMEOUT);
            uri.setClientName("bellhop");
        });
        commands = settings.redisCluster() ? cluster(uris) : single(resources, uris.get(0), true);
        hearing = resources.mutate().eventLoopGroupProvider(new DefaultEventLoopGroupProvider(1)).build();
        subscriptions = single(hearing, uris.get(0), false); // why no reconnect: Line makes a new connection itself, also when one has gone deaf
    }

    private RedisClusterClient cluster(List<RedisURI> uris) {
        RedisClusterClient client = RedisClusterClient.create(resources, uris);
        ClusterTopologyRefreshOptions refresh = ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(Duration.ofSeconds(30))
                .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1)) // how soon it asks again where slots are, once it has been sent elsewhere
                .build();
        client.setOptions(options(ClusterClientOptions.builder(), true).topologyRefreshOptions(refresh).build());
        return client;
    }

    private static RedisClient single(ClientResources resources, RedisURI uri, boolean reconnect) {
        RedisClient client = RedisClient.create(resources, uri);
        client.setOptions(options(ClientOptions.builder(), reconnect).build());
        return client;
    }

    @SuppressWarnings("unchecked") // why: ClusterClientOptions.Builder narrows the builder's return type
    private static <B extends ClientOptions.Builder> B options(B builder, boolean reconnect) {
        return (B) builder
                .autoReconnect(reconnect)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_WAITING)
                .replayFilter(command -> true) // true: not sent again
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(3))
                        .tcpNoDelay(true)
                        .keepAlive(true)
                        .build());
    }

    /** Where all that touches Netty runs, in order; its thread ends with the client. */
    EventExecutor dispatcher() {
        return dispatcher;
    }

    /** One connection for commands. Blocks for at most the connect timeout; in a cluster for {@link #TIMEOUT} more, if a master is away. */
    Commands connect() {
        if (commands instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<String, String> connection = cluster.connect();
            connectMasters(connection);
            return new Commands(connection, connection.async());
        }
        StatefulRedisConnection<String, String> connection = ((RedisClient) commands).connect();
        return new Commands(connection, connection.async());
    }

    /** A further connection, for commands that may be rejected once while it connects to the master that they need. Blocks as {@link #connect} does. */
    Commands connectAgain() {
        if (commands instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<String, String> connection = cluster.connect();
            return new Commands(connection, connection.async());
        }
        return connect();
    }

    /**
     * Connects to every master. Why at once: Lettuce would connect with the first command for each, and reject that command. A master
     * that is away is waited for until {@link #TIMEOUT} at most; then the others are used without it.
     */
    private static void connectMasters(StatefulRedisClusterConnection<String, String> connection) {
        CompletableFuture<?>[] masters = connection.getPartitions().stream().filter(member -> member.is(RedisClusterNode.NodeFlag.UPSTREAM))
                .map(member -> connection.getConnectionAsync(member.getUri().getHost(), member.getUri().getPort())).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(masters).get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException away) {
            LOG.log(System.Logger.Level.WARNING,
                    "Not every master of the Redis Cluster can be reached: {0}. Users of its slots wait; look at CLUSTER NODES.", Redis.rootMessage(away));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    record Commands(StatefulConnection<String, String> connection, RedisClusterAsyncCommands<String, String> async) {

        /** Commands to one member of the cluster, which follow no slot. */
        CompletableFuture<RedisClusterAsyncCommands<String, String>> at(String member) {
            return ((StatefulRedisClusterConnection<String, String>) connection).getConnectionAsync(member).thenApply(StatefulRedisConnection::async);
        }
    }

    /** One connection for subscriptions, not reconnecting. Blocks for at most the connect timeout. */
    StatefulRedisPubSubConnection<String, String> connectPubSub() {
        return subscriptions.connectPubSub();
    }

    /** The same, to one Redis of a cluster. */
    StatefulRedisPubSubConnection<String, String> connectPubSub(RedisClusterNode member) {
        return subscriptions.connectPubSub(member.getUri());
    }

    /** Who serves which slot of the cluster, as far as is known; to be asked once {@link #connect} has returned. */
    Partitions members() {
        return ((RedisClusterClient) commands).getPartitions();
    }

    /** Asks the cluster who serves which slot; a member that does not answer is waited for for some seconds. */
    CompletionStage<Void> refreshMembers() {
        return ((RedisClusterClient) commands).refreshPartitionsAsync();
    }

    /** Ends every connection and thread. Blocks for some seconds at most. */
    void close() throws InterruptedException {
        subscriptions.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        commands.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        hearing.eventLoopGroupProvider().shutdown(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS); // why: resources end only what they have made themselves
        hearing.shutdown(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
        resources.shutdown(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
        // why: this thread of Netty's own goes after a second without work; until then it holds the class loader
        GlobalEventExecutor.INSTANCE.awaitInactivity(5, TimeUnit.SECONDS);
    }
}
