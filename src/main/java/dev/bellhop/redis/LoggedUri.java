package dev.bellhop.redis;

import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.stream.Collectors;

/** Where Redis is looked for, as the log may show it: without user and password. */
final class LoggedUri {
    private LoggedUri() {}

    /** Of one Redis, or of several of a cluster. */
    static String of(List<String> uris) {
        return uris.stream().map(RedisURI::create).map(LoggedUri::of).collect(Collectors.joining(","));
    }

    private static String of(RedisURI uri) {
        String scheme = uri.isSsl() ? "rediss" : "redis";
        String database = uri.getDatabase() == 0 ? "" : "/" + uri.getDatabase();
        if (uri.getSentinels().isEmpty()) {
            return scheme + "://" + hostAndPort(uri) + database;
        }
        return scheme + "-sentinel://" + uri.getSentinels().stream().map(LoggedUri::hostAndPort).collect(Collectors.joining(","))
                + database + '#' + uri.getSentinelMasterId();
    }

    private static String hostAndPort(RedisURI uri) {
        return uri.getHost() + ':' + uri.getPort(); // an IPv6 address is in brackets already
    }
}
