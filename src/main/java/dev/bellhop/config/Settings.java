package dev.bellhop.config;

import io.lettuce.core.RedisURI;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Every setting, read once and checked. The names are those of MicroProfile Config, so {@code bellhop.redis.uri} may come
 * from the environment as {@code BELLHOP_REDIS_URI}, from a system property, or from what else the server offers.
 *
 * @param redisUris            {@code bellhop.redis.uri}: one, or several with {@code bellhop.redis.cluster}
 * @param redisCluster         {@code bellhop.redis.cluster}
 * @param channel              {@code bellhop.channel}: the channel of messages that are not kept
 * @param ingestStream         {@code bellhop.ingest-stream}: the stream of messages that are kept; its hash tag names the keys beside it
 * @param scheduledKey         {@code bellhop.scheduled-key}: the zset of scheduled messages, in the slot of the ingest stream
 * @param partitions           {@code bellhop.partitions}: over how many further streams messages are spread; 1: none, the ingest stream is all there is
 * @param consumerStream       {@code bellhop.consumer-stream}: the stream of what pages send; {@code off}: it is written nowhere
 * @param consumerStreamLength {@code bellhop.consumer-stream.max-length}: about how many entries it keeps
 * @param consumerStreamBytes  {@code bellhop.consumer-stream.max-bytes}: about how many bytes it keeps
 * @param keyPrefix            {@code bellhop.key-prefix}
 * @param sessionAttribute     {@code bellhop.user.session-attribute}: the HTTP session's attribute that holds the user id;
 *                             empty: the container's principal
 * @param ssoCookies           {@code bellhop.sso-cookies}: the cookies in which servers carry their single sign-on
 * @param roles                {@code bellhop.roles}: the container's roles that each login is asked for; messages may be sent to who holds them
 * @param origins              {@code bellhop.origins}: origins allowed besides the WAR's own
 * @param inboxMaxMessages     {@code bellhop.inbox.max-messages}, per user
 * @param inboxRetention       {@code bellhop.inbox.retention}
 * @param maxMessageSize       {@code bellhop.connection.max-message-size}: UTF-8 bytes, both ways
 * @param queueMessages        {@code bellhop.connection.queue}: messages waiting in one outbox
 * @param queueBytes           {@code bellhop.connection.queue-bytes}: UTF-8 bytes waiting in one outbox
 * @param rate                 {@code bellhop.connection.rate}: frames a second that a page may send
 * @param burst                {@code bellhop.connection.burst}: frames at once
 * @param userRateBytes        {@code bellhop.user.rate-bytes}: UTF-8 bytes a second that all pages of one user on one node may send to
 *                             the application
 * @param maxConnections       {@code bellhop.user.max-connections}: of one user on one node
 * @param loginTimeout         {@code bellhop.login-timeout}: from the handshake to the {@code login} frame
 * @param loginCheck           {@code bellhop.login-check}: how long a connection may live before the page must reconnect and prove its login again
 * @param pingInterval         {@code bellhop.ping-interval}: a peer that has been silent for twice as long is dead
 * @param deliveryAtOnce       {@code bellhop.delivery.at-once}: the thread that reads from Redis delivers by itself while little comes. Only for
 *                             servers whose {@code sendText} never blocks
 * @param rememberLogin        {@code bellhop.api.remember-login}: for how long the server is not asked again whether a backend's name and
 *                             password are right; 0: it is asked at each call
 */
public record Settings(
        List<String> redisUris,
        boolean redisCluster,
        String channel,
        String ingestStream,
        String scheduledKey,
        int partitions,
        String consumerStream,
        int consumerStreamLength,
        long consumerStreamBytes,
        String keyPrefix,
        Optional<String> sessionAttribute,
        Set<String> ssoCookies,
        Set<String> roles,
        Set<String> origins,
        int inboxMaxMessages,
        Duration inboxRetention,
        int maxMessageSize,
        int queueMessages,
        int queueBytes,
        int rate,
        int burst,
        int userRateBytes,
        int maxConnections,
        Duration loginTimeout,
        Duration loginCheck,
        Duration pingInterval,
        boolean deliveryAtOnce,
        Duration rememberLogin) {

    /** Each of them costs each node a connection to Redis, or one to each master. */
    private static final int MOST_PARTITIONS = 64;

    /**
     * Reads and checks all settings.
     *
     * @throws IllegalArgumentException whose message names the setting, what is wrong and what is expected, in one line
     */
    public static Settings read(Config config) {
        Source source = new Source(config);
        boolean cluster = source.value("bellhop.redis.cluster", "false", Settings::bool, "true or false");
        String ingestStream = source.name("bellhop.ingest-stream", "{websocket}:producer:stream");
        int rate = source.number("bellhop.connection.rate", 20, 1, 100_000);
        Settings settings = new Settings(
                source.value("bellhop.redis.uri", "redis://localhost:6379", Settings::redisUris,
                        "redis://, rediss:// or redis-sentinel:// and a host, several separated by commas"),
                cluster,
                source.name("bellhop.channel", "websocket:producer:channel"),
                ingestStream,
                source.name("bellhop.scheduled-key", beside(ingestStream, "timing:messages")),
                source.number("bellhop.partitions", 1, 1, MOST_PARTITIONS),
                source.name("bellhop.consumer-stream", "websocket:consumer:stream"),
                source.number("bellhop.consumer-stream.max-length", 100_000, 1, 100_000_000),
                source.number("bellhop.consumer-stream.max-bytes", 256L << 20, 1L << 20, 1L << 40),
                source.name("bellhop.key-prefix", "bellhop:"),
                source.text("bellhop.user.session-attribute"),
                source.value("bellhop.sso-cookies", "JSESSIONIDSSO,LtpaToken2", Settings::list, "cookie names, separated by commas"),
                source.value("bellhop.roles", "", Settings::roleList, "names of roles, separated by commas; at most 100, each of at most 256 characters"),
                source.value("bellhop.origins", "", Settings::originList, "https://host or https://host:port, separated by commas"),
                source.number("bellhop.inbox.max-messages", 1000, 1, 1_000_000),
                source.duration("bellhop.inbox.retention", "P30D", Duration.ofSeconds(1), Duration.ofDays(3650)),
                source.number("bellhop.connection.max-message-size", 65_536, 128, 16 << 20),
                source.number("bellhop.connection.queue", 1000, 1, 1_000_000),
                source.number("bellhop.connection.queue-bytes", 1 << 20, 1024, 1 << 30),
                rate,
                source.number("bellhop.connection.burst", 2 * rate, 1, 1_000_000),
                source.number("bellhop.user.rate-bytes", 131_072, 1024, 1 << 28),
                source.number("bellhop.user.max-connections", 50, 1, 100_000),
                source.duration("bellhop.login-timeout", "PT10S", Duration.ofMillis(100), Duration.ofMinutes(10)),
                source.duration("bellhop.login-check", "PT5M", Duration.ofSeconds(2), Duration.ofDays(1)),
                source.duration("bellhop.ping-interval", "PT20S", Duration.ofSeconds(1), Duration.ofMinutes(5)),
                source.value("bellhop.delivery.at-once", "false", Settings::bool, "true or false"),
                source.duration("bellhop.api.remember-login", "PT5S", Duration.ZERO, Duration.ofMinutes(1)));
        settings.checkTogether();
        return settings;
    }

    private static final String OFF = "off";

    /** Whether what pages send is written to the stream. */
    public boolean hasConsumerStream() {
        return !consumerStream.equals(OFF);
    }

    /** The name of a key in the slot of the ingest stream. */
    public String besideIngest(String name) {
        return beside(ingestStream, name);
    }

    /** The name of a key in a partition: its hash tag gets the number, as in <code>{websocket:3}:producer:stream</code>. */
    public String inPartition(String key, int partition) {
        String tag = hashTag(key);
        int at = key.indexOf('{' + tag + '}');
        String tagged = '{' + tag + ':' + partition + '}';
        return at < 0 ? tagged : key.substring(0, at) + tagged + key.substring(at + tag.length() + 2);
    }

    private static String beside(String key, String name) {
        return '{' + hashTag(key) + "}:" + name;
    }

    /** The part of a key's name that Redis Cluster finds the slot by. */
    private static String hashTag(String key) {
        int from = key.indexOf('{');
        int to = key.indexOf('}', from + 1);
        return from < 0 || to <= from + 1 ? key : key.substring(from + 1, to);
    }

    private void checkTogether() {
        checkTag("bellhop.ingest-stream", ingestStream);
        checkTag("bellhop.consumer-stream", consumerStream);
        if (!hashTag(scheduledKey).equals(hashTag(ingestStream))) { // why: promotion is one script over both
            throw new IllegalArgumentException("bellhop.scheduled-key: its first braces must be {" + hashTag(ingestStream)
                    + "}, so that it is in the hash slot of bellhop.ingest-stream");
        }
        checkFree("bellhop.ingest-stream", ingestStream);
        checkFree("bellhop.scheduled-key", scheduledKey, ingestStream);
        checkFree("bellhop.consumer-stream", consumerStream, ingestStream, scheduledKey);
        if (consumerStreamBytes < 16L * maxMessageSize) {
            throw new IllegalArgumentException(
                    "bellhop.consumer-stream.max-bytes: must be at least 16 times bellhop.connection.max-message-size (" + maxMessageSize + ")");
        }
        if (!redisCluster && redisUris.size() > 1) {
            throw new IllegalArgumentException("bellhop.redis.uri: several addresses need bellhop.redis.cluster=true");
        }
        if (queueBytes < 2 * maxMessageSize) {
            throw new IllegalArgumentException(
                    "bellhop.connection.queue-bytes: must be at least twice bellhop.connection.max-message-size (" + maxMessageSize + ")");
        }
    }

    // why: further keys share its slot
    private static void checkTag(String setting, String key) {
        if (!key.matches("[^{}]+|[^{}]*\\{[^{}]+}.*")) {
            throw new IllegalArgumentException(setting + ": its braces are no hash tag");
        }
    }

    private void checkFree(String setting, String key, String... taken) {
        if (List.of(taken).contains(key)
                || Stream.of("reader", "rejected", "partitions", "readers").anyMatch(name -> key.equals(besideIngest(name)))
                || key.startsWith(besideIngest("scheduled:"))
                || key.matches(Pattern.quote('{' + hashTag(ingestStream) + ':') + "\\d+}.*")) { // those of partitions
            throw new IllegalArgumentException(setting + ": another of Bellhop's keys has this name already");
        }
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static List<String> redisUris(String text) {
        // why: in redis-sentinel://a,b,c/0#name the commas part the sentinels of one address
        List<String> uris = text.startsWith("redis-sentinel") || text.startsWith("rediss-sentinel")
                ? List.of(text) : List.copyOf(list(text));
        if (uris.isEmpty() || !uris.stream().allMatch(Settings::isRedisUri)) {
            throw new IllegalArgumentException();
        }
        return uris;
    }

    private static boolean isRedisUri(String text) {
        if (!text.matches("(redis|rediss|redis-sentinel|rediss-sentinel)://\\S+")) {
            return false;
        }
        RedisURI uri = RedisURI.create(text);
        if (!uri.getSentinels().isEmpty()) {
            return uri.getSentinelMasterId() != null;
        }
        String host = String.valueOf(uri.getHost()); // Lettuce leaves in it what it cannot read
        boolean ip6 = text.contains("[");
        return !host.isEmpty() && (ip6 || host.indexOf(':') < 0) && uri.getPort() > 0 && uri.getPort() < 65_536;
    }

    private static Set<String> roleList(String text) {
        Set<String> roles = list(text);
        if (roles.size() > 100 || roles.stream().anyMatch(role -> role.length() > 256 || role.chars().anyMatch(Character::isISOControl))) {
            throw new IllegalArgumentException(); // why so few: each handshake asks the container for each
        }
        return roles;
    }

    private static Set<String> originList(String text) {
        Set<String> origins = list(text);
        for (String origin : origins) {
            URI uri = URI.create(origin);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            if (uri.getHost() == null || !origin.equals(uri.getScheme() + "://" + uri.getHost() + port)) {
                throw new IllegalArgumentException();
            }
        }
        return origins.stream().map(origin -> origin.toLowerCase(java.util.Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> list(String text) {
        return text.isBlank() ? Set.of()
                : List.of(text.split(",")).stream().map(String::strip).filter(Predicate.not(String::isEmpty))
                        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    /** Reads single settings; what it refuses it names. */
    private record Source(Config config) {

        Optional<String> text(String name) {
            return config.getOptionalValue(name, String.class).map(String::strip).filter(Predicate.not(String::isEmpty));
        }

        <T> T value(String name, String fallback, java.util.function.Function<String, T> reader, String expected) {
            String text = text(name).orElse(fallback);
            try {
                return reader.apply(text);
            } catch (RuntimeException unreadable) {
                throw refused(name, text, expected);
            }
        }

        String name(String name, String fallback) {
            return value(name, fallback, text -> {
                if (text.length() > 200 || text.chars().anyMatch(c -> c <= ' ')) {
                    throw new IllegalArgumentException();
                }
                return text;
            }, "at most 200 characters without white space");
        }

        int number(String name, int fallback, int least, int most) {
            return (int) number(name, (long) fallback, least, most);
        }

        long number(String name, long fallback, long least, long most) {
            return value(name, Long.toString(fallback), text -> {
                long number = Long.parseLong(text);
                if (number < least || number > most) {
                    throw new IllegalArgumentException();
                }
                return number;
            }, "a whole number from " + least + " to " + most);
        }

        Duration duration(String name, String fallback, Duration least, Duration most) {
            return value(name, fallback, text -> {
                Duration duration = Duration.parse(text);
                if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                    throw new IllegalArgumentException();
                }
                return duration;
            }, "an ISO-8601 duration from " + least + " to " + most);
        }

        private static IllegalArgumentException refused(String name, String text, String expected) {
            // why not the value of the URI: it may hold a password
            String shown = name.equals("bellhop.redis.uri") ? "the value" : '"' + text.replaceAll("\\p{Cntrl}", "?") + '"';
            return new IllegalArgumentException(name + ": " + shown + " is not " + expected);
        }
    }
}
