package dev.bellhop.it;

import io.lettuce.core.cluster.api.sync.RedisClusterCommands;

/**
 * A cluster, or a master under Sentinels, in the place of the one Redis of the tests on servers: {@code -Dit.redis=cluster}, {@code -Dit.redis=sentinel}.
 * What those tests do not need of one Redis it does not do.
 */
abstract class ShapedRedis extends RedisServer {

    private ShapedRedis(int port) {
        super(port);
    }

    /** @param shape {@code single}, {@code cluster} or {@code sentinel} */
    static RedisServer create(String shape) {
        return switch (shape) {
            case "single" -> RedisServer.create();
            case "cluster" -> new OfCluster(RedisCluster.create(3, 1));
            case "sentinel" -> new OfSentinel(RedisSentinel.create());
            default -> throw new IllegalArgumentException("it.redis: " + shape);
        };
    }

    @Override
    public String unrestrictedUri() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restart() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void lose() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void fsync(String policy) {
        throw new UnsupportedOperationException();
    }

    private static final class OfCluster extends ShapedRedis {
        private final RedisCluster cluster;

        private OfCluster(RedisCluster cluster) {
            super(cluster.members().get(0).port());
            this.cluster = cluster;
        }

        @Override
        boolean isCluster() {
            return true;
        }

        @Override
        public String uri() {
            return cluster.uris();
        }

        @Override
        public RedisClusterCommands<String, String> commands() {
            return cluster.commands();
        }

        @Override
        public void kill() {
            cluster.members().forEach(RedisCluster.Member::kill);
        }

        @Override
        public void start() {
            cluster.members().forEach(RedisCluster.Member::start);
            cluster.awaitWhole();
        }

        @Override
        public void close() {
            cluster.close();
        }
    }

    private static final class OfSentinel extends ShapedRedis {
        private final RedisSentinel sentinel;

        private OfSentinel(RedisSentinel sentinel) {
            super(sentinel.members().get(0).port());
            this.sentinel = sentinel;
        }

        @Override
        public String uri() {
            return sentinel.uri();
        }

        @Override
        public RedisClusterCommands<String, String> commands() {
            return sentinel.commands();
        }

        @Override
        public void kill() {
            sentinel.kill();
        }

        @Override
        public void start() {
            sentinel.startAgain();
            sentinel.awaitWhole();
        }

        @Override
        public void close() {
            sentinel.close();
        }
    }
}
