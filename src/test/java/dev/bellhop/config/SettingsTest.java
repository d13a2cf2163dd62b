package dev.bellhop.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        Settings settings = read();

        assertThat(settings.redisUris()).containsExactly("redis://localhost:6379");
        assertThat(settings.redisCluster()).isFalse();
        assertThat(settings.channel()).isEqualTo("websocket:producer:channel");
        assertThat(settings.ingestStream()).isEqualTo("{websocket}:producer:stream");
        assertThat(settings.besideIngest("reader")).isEqualTo("{websocket}:reader");
        assertThat(settings.scheduledKey()).isEqualTo("{websocket}:timing:messages");
        assertThat(settings.partitions()).isEqualTo(1);
        assertThat(settings.inPartition(settings.ingestStream(), 3)).isEqualTo("{websocket:3}:producer:stream");
        assertThat(settings.inPartition(settings.scheduledKey(), 12)).isEqualTo("{websocket:12}:timing:messages");
        assertThat(settings.consumerStream()).isEqualTo("websocket:consumer:stream");
        assertThat(settings.hasConsumerStream()).isTrue();
        assertThat(settings.consumerStreamBytes()).isEqualTo(268_435_456);
        assertThat(settings.userRateBytes()).isEqualTo(131_072);
        assertThat(settings.keyPrefix()).isEqualTo("bellhop:");
        assertThat(settings.sessionAttribute()).isEqualTo(Optional.empty());
        assertThat(settings.origins()).isEmpty();
        assertThat(settings.inboxMaxMessages()).isEqualTo(1000);
        assertThat(settings.inboxRetention()).isEqualTo(Duration.ofDays(30));
        assertThat(settings.maxMessageSize()).isEqualTo(65_536);
        assertThat(settings.queueMessages()).isEqualTo(1000);
        assertThat(settings.queueBytes()).isEqualTo(1 << 20);
        assertThat(settings.rate()).isEqualTo(20);
        assertThat(settings.burst()).isEqualTo(40);
        assertThat(settings.maxConnections()).isEqualTo(50);
        assertThat(settings.loginTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.deliveryAtOnce()).isFalse();
        assertThat(settings.rememberLogin()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void theEnvironmentWorksToo() {
        Settings settings = Settings.read(new SmallRyeConfigBuilder()
                .withSources(new io.smallrye.config.EnvConfigSource(Map.of("BELLHOP_REDIS_URI", "redis://other:7000", "BELLHOP_CONNECTION_MAX_MESSAGE_SIZE", "1000"), 300)).build());

        assertThat(settings.redisUris()).containsExactly("redis://other:7000");
        assertThat(settings.maxMessageSize()).isEqualTo(1000);
    }

    @Test
    void anEmptyValueIsTheDefault() {
        assertThat(read("bellhop.redis.uri=", "bellhop.user.session-attribute= ", "bellhop.connection.rate=", "bellhop.origins=")).isEqualTo(read());
    }

    @Test
    void theKeysBesideTheIngestStreamHaveItsHashTag() {
        Settings tagged = read("bellhop.ingest-stream=shop:{two}:in");
        assertThat(tagged.scheduledKey()).isEqualTo("{two}:timing:messages");
        assertThat(tagged.besideIngest("rejected")).isEqualTo("{two}:rejected");
        assertThat(read("bellhop.ingest-stream=two").scheduledKey()).as("without braces the whole name is the tag").isEqualTo("{two}:timing:messages");
        Settings odd = read("bellhop.ingest-stream={timing:messages}:in", "bellhop.scheduled-key=timing:messages");
        assertThat(odd.scheduledKey()).isEqualTo("timing:messages");
        assertThat(odd.inPartition(odd.scheduledKey(), 0)).isEqualTo("{timing:messages:0}");
        assertThat(odd.inPartition(odd.ingestStream(), 0)).isEqualTo("{timing:messages:0}:in");
        assertThatThrownBy(() -> read("bellhop.ingest-stream={two}:in", "bellhop.scheduled-key={websocket}:timing:messages"))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("bellhop.scheduled-key: its first braces must be {two}, so that it is in the hash slot of bellhop.ingest-stream");
    }

    @Test
    void theConsumerStreamMayBeOff() {
        assertThat(read("bellhop.consumer-stream=off").hasConsumerStream()).isFalse();
        assertThat(read("bellhop.consumer-stream=").hasConsumerStream()).as("empty is the default").isTrue();
        assertThat(read("bellhop.consumer-stream=a{b}c").consumerStream()).isEqualTo("a{b}c");
        assertThat(read("bellhop.consumer-stream.max-bytes=10000000000").consumerStreamBytes()).isEqualTo(10_000_000_000L);
        assertThatThrownBy(() -> read("bellhop.consumer-stream.max-bytes=2000000", "bellhop.connection.max-message-size=200000"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least 16 times");
    }

    @Test
    void theBurstIsTwiceTheRateUnlessSet() {
        assertThat(read("bellhop.connection.rate=7").burst()).isEqualTo(14);
        assertThat(read("bellhop.connection.rate=7", "bellhop.connection.burst=3").burst()).isEqualTo(3);
    }

    @Test
    void listsMayHaveSpaces() {
        assertThat(read("bellhop.origins= https://A.example ,https://b.example:8443,").origins()).isEqualTo(Set.of("https://a.example", "https://b.example:8443"));
        assertThat(read("bellhop.redis.cluster=true", "bellhop.redis.uri=redis://a:1, redis://b:2").redisUris()).isEqualTo(List.of("redis://a:1", "redis://b:2"));
        assertThat(read("bellhop.redis.uri=redis-sentinel://a:1,b:2/0#main").redisUris()).containsExactly("redis-sentinel://a:1,b:2/0#main");
        assertThat(read("bellhop.user.session-attribute=user.id").sessionAttribute()).contains("user.id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://h", "rediss://h:6380", "redis://:p%40ss@h:6379/2", "redis://user:p@h", "redis://[::1]:6379", "redis-sentinel://a:1#m", "redis://h:6379?timeout=10s"})
    void takesAnyAddressOfRedis(String uri) {
        assertThat(read("bellhop.redis.uri=" + uri).redisUris()).containsExactly(uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bellhop.redis.uri=localhost:6379", "bellhop.redis.uri=http://localhost", "bellhop.redis.uri=redis://", "bellhop.redis.uri=redis:///", "bellhop.redis.uri=redis://a b",
        "bellhop.redis.uri=redis://a:port", "bellhop.redis.uri=redis://not_a_host:6379", "bellhop.redis.uri=redis://a:99999999", "bellhop.redis.uri=redis://a,redis://b", "bellhop.redis.uri=,", "bellhop.redis.uri=redis-sentinel://a:1",
        "bellhop.redis.cluster=yes", "bellhop.redis.cluster=1",
        "bellhop.channel=a b", "bellhop.key-prefix=a\tb", "bellhop.scheduled-key=timing:messages", "bellhop.scheduled-key={other}:timing:messages", "bellhop.consumer-stream=a\nb",
        "bellhop.scheduled-key={a}{websocket}", "bellhop.scheduled-key={}{websocket}", "bellhop.scheduled-key={websocket}:producer:stream", "bellhop.scheduled-key={websocket}:reader",
        "bellhop.scheduled-key={websocket}:scheduled:all", "bellhop.ingest-stream=a b", "bellhop.ingest-stream={}a", "bellhop.ingest-stream=a}b", "bellhop.ingest-stream={websocket}:rejected",
        "bellhop.consumer-stream={websocket}:producer:stream", "bellhop.consumer-stream={websocket}:timing:messages",
        "bellhop.consumer-stream.max-length=0", "bellhop.consumer-stream=a}b", "bellhop.consumer-stream={}b", "bellhop.consumer-stream=a{b", "bellhop.consumer-stream.max-bytes=1000000",
        "bellhop.consumer-stream.max-bytes=99999999999999", "bellhop.user.rate-bytes=0", "bellhop.origins=example.org", "bellhop.origins=https://a/path", "bellhop.origins=https://a/", "bellhop.origins=*", "bellhop.origins=null", "bellhop.origins=https://a?b",
        "bellhop.origins=https://a#b", "bellhop.origins=https://user@a",
        "bellhop.inbox.max-messages=0", "bellhop.inbox.max-messages=-1", "bellhop.inbox.max-messages=many", "bellhop.inbox.max-messages=1.5", "bellhop.inbox.max-messages=9999999999",
        "bellhop.inbox.retention=30", "bellhop.inbox.retention=30d", "bellhop.inbox.retention=PT0S", "bellhop.inbox.retention=-P1D",
        "bellhop.connection.max-message-size=1", "bellhop.connection.max-message-size=100000000", "bellhop.connection.queue=0", "bellhop.connection.queue-bytes=1",
        "bellhop.connection.queue-bytes=100000", "bellhop.connection.rate=0", "bellhop.connection.burst=0", "bellhop.user.max-connections=0",
        "bellhop.login-timeout=10", "bellhop.login-timeout=PT0S", "bellhop.login-timeout=PT1H", "bellhop.api.remember-login=5", "bellhop.api.remember-login=PT2M", "bellhop.api.remember-login=-PT1S", "bellhop.ping-interval=PT0.1S"})
    void aBadValueIsRefusedInOneLineThatNamesTheSetting(String setting) {
        String name = setting.substring(0, setting.indexOf('='));

        assertThatThrownBy(() -> read(setting)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(name + ": ").message().hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://:secret@host:notaport", "http://:secret@host", "redis://:secret", "redis://:secret@a,redis://:secret@b", "redis:// :secret@a"})
    void aPasswordIsNeverShown(String uri) {
        assertThatThrownBy(() -> read("bellhop.redis.uri=" + uri)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bellhop.redis.uri: ").hasMessageNotContaining("secret").hasNoCause();
    }

    private static Settings read(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            values.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return Settings.read(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(values, "test", 100)).build());
    }
}
