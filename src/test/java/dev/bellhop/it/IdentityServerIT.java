package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who a page is: what the server's login says, and nothing else. */
class IdentityServerIT extends WithServers {

    @Test
    void nobodyIsTurnedAwayBeforeTheUpgrade() {
        assertThat(Page.handshakeStatus(Login.none(first), first.origin())).isEqualTo(401);
    }

    @Test
    void aForeignOriginIsTurnedAwayWhoeverAsks() {
        Login alice = Login.as("alice", first);
        assertThat(List.of("http://evil.example", "http://localhost:1", "null", "https://localhost:" + first.port() + ".evil.example", "::"))
                .allSatisfy(origin -> {
                    assertThat(Page.handshakeStatus(alice, origin)).as(origin).isEqualTo(403);
                    assertThat(Page.handshakeStatus(Login.none(first), origin)).as(origin).isEqualTo(403);
                });
    }

    @Test
    void theApplicationsLoginIsKnownThroughTheSingleSignOn() {
        try (Page page = Page.open(Login.as("alice", first))) {
            assertThat(page.login().getJsonObject("data").getString("user_id")).isEqualTo("alice");
        }
    }

    @Test
    void nothingThatAPageSendsMakesItSomebodyElse() {
        try (Page page = Page.open(Login.as("alice", first))) {
            page.send("{\"msg_type\":\"login\",\"user_id\":\"bob\",\"to_user_id\":\"bob\",\"data\":{\"user_id\":\"bob\"}}");
            assertThat(page.awaitType("login").getJsonObject("data").getString("user_id")).isEqualTo("alice");
            redis.publish("{\"msg_type\":\"for-bob\",\"to_user_id\":\"bob\"}");
            redis.publish("{\"msg_type\":\"for-alice\",\"to_user_id\":\"alice\"}");
            page.awaitType("for-alice");
            assertThat(page.frames("for-bob")).isEmpty();
        }
    }

    @Test
    void threeHundredHandshakesAtOnceAreNotMixedUp() {
        List<Login> logins = IntStream.range(0, 300).parallel().mapToObj(i -> Login.as("guest" + i, first)).toList();
        List<CompletableFuture<Page>> opening = logins.stream().map(login -> Page.opening(login, first, first.origin())).toList();
        List<Page> pages = new ArrayList<>();
        opening.forEach(page -> pages.add(page.join()));
        pages.forEach(page -> page.send("{\"msg_type\":\"login\"}"));
        for (int i = 0; i < pages.size(); i++) {
            assertThat(pages.get(i).awaitType("login").getJsonObject("data").getString("user_id")).isEqualTo("guest" + i);
        }
        for (int i = 0; i < pages.size(); i++) {
            redis.publish("{\"msg_type\":\"secret\",\"to_user_id\":\"guest" + i + "\",\"data\":" + i + "}");
        }
        for (int i = 0; i < pages.size(); i++) {
            assertThat(pages.get(i).awaitType("secret").getInt("data")).isEqualTo(i);
        }
        Set<Integer> counts = new HashSet<>();
        pages.forEach(page -> counts.add(page.frames("secret").size()));
        assertThat(counts).containsExactly(1);
        pages.forEach(Page::close);
    }
}
