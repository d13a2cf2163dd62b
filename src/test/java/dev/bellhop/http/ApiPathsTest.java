package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ApiPathsTest {

    @Test
    void aCallIsLedToItsResourceByteForByte() {
        URI base = URI.create("http://localhost:8080/app/api/");
        assertThat(ApiPaths.below(base, "/messages", null)).hasToString("http://localhost:8080/app/api/dev.bellhop/messages");
        assertThat(ApiPaths.below(base, "groups/%7Ba%7D%2Fb/members", "cursor=%20%7B&limit=")).hasToString(base + "dev.bellhop/groups/%7Ba%7D%2Fb/members?cursor=%20%7B&limit=");
        assertThat(ApiPaths.below(URI.create("http://localhost/api"), "", "")).hasToString("http://localhost/api/dev.bellhop/?");
    }
}
