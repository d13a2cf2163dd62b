package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
        assertThat(Page.handshakeStatus(FormLogin.none(first), first.origin())).isEqualTo(401);
    }

    @Test
    void aForeignOriginIsTurnedAwayWhoeverAsks() {
        FormLogin alice = FormLogin.as("alice", first);
        assertThat(List.of("http://evil.example", "http://localhost:1", "null", "https://localhost:" + first.port(), "https://localhost:" + first.port() + ".evil.example", "::"))
                .allSatisfy(origin -> {
                    assertThat(Page.handshakeStatus(alice, origin)).as(origin).isEqualTo(403);
                    assertThat(Page.handshakeStatus(FormLogin.none(first), origin)).as(origin).isEqualTo(403);
                });
    }

    /** The one mistake that is easily made: a proxy ends TLS and does not say so. */
    @Test
    void whereTheSchemeAloneIsAnotherTheLogSaysOnceWhatToSet() {
        String secure = "https://localhost:" + first.port();
        assertThat(List.of(Page.handshakeStatus(FormLogin.none(first), secure), Page.handshakeStatus(FormLogin.none(first), secure))).containsOnly(403);
        String refused = "A page of " + secure + " was refused";
        await().until(() -> first.log().contains(refused));
        assertThat(first.log().split(refused, -1)).hasSize(2);
        assertThat(first.log()).contains("let the proxy send X-Forwarded-Proto, or list the page's origin in bellhop.origins");
    }

    @Test
    void theApplicationsLoginIsKnownThroughTheSingleSignOn() {
        try (Page page = Page.open(FormLogin.as("alice", first))) {
            assertThat(page.login().getJsonObject("data").getString("user_id")).isEqualTo("alice");
        }
    }

    @Test
    void nothingThatAPageSendsMakesItSomebodyElse() {
        try (Page page = Page.open(FormLogin.as("alice", first))) {
            page.send("{\"msg_type\":\"login\",\"user_id\":\"bob\",\"to_user_id\":\"bob\",\"data\":{\"user_id\":\"bob\"}}");
            assertThat(page.awaitType("login").getJsonObject("data").getString("user_id")).isEqualTo("alice");
            redis.publish(message("for-bob", to("bob")));
            redis.publish(message("for-alice", to("alice")));
            page.awaitType("for-alice");
            assertThat(page.frames("for-bob")).isEmpty();
        }
    }

    @Test
    void threeHundredHandshakesAtOnceAreNotMixedUp() {
        List<FormLogin> logins = IntStream.range(0, 300).parallel().mapToObj(i -> FormLogin.as("guest" + i, first)).toList();
        List<CompletableFuture<Page>> opening = logins.stream().map(login -> Page.opening(login, first, first.origin())).toList();
        List<Page> pages = new ArrayList<>();
        opening.forEach(page -> pages.add(page.join()));
        pages.forEach(page -> page.send(message("login")));
        for (int i = 0; i < pages.size(); i++) {
            assertThat(pages.get(i).awaitType("login").getJsonObject("data").getString("user_id")).isEqualTo("guest" + i);
        }
        for (int i = 0; i < pages.size(); i++) {
            redis.publish(message("secret", to("guest" + i), data(i)));
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
