package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who reads in the log that Redis is away learns where it was looked for, and no password. That the lines have it: OutageServerIT. */
class LoggedUriTest {

    @Test
    void everythingButUserAndPassword() {
        assertThat(LoggedUri.of(List.of("redis://localhost"))).isEqualTo("redis://localhost:6379");
        assertThat(LoggedUri.of(List.of("rediss://bellhop:secret@redis.example.com:7000/3"))).isEqualTo("rediss://redis.example.com:7000/3");
        assertThat(LoggedUri.of(List.of("redis://:secret@[::1]:7000"))).isEqualTo("redis://[::1]:7000");
        assertThat(LoggedUri.of(List.of("redis://a:1", "redis://bellhop:secret@b:2"))).isEqualTo("redis://a:1,redis://b:2");
        assertThat(LoggedUri.of(List.of("redis-sentinel://bellhop:secret@a:26379,b:26380/1#main"))).isEqualTo("redis-sentinel://a:26379,b:26380/1#main");
    }
}
