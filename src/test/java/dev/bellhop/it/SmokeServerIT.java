package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The servers themselves: both WARs are there, and the demonstration's login works. */
@Tag("each-redis")
class SmokeServerIT extends WithServers {

    @Test
    void theShopTakesItsUsersAndNobodyElse() {
        assertThat(FormLogin.as("alice", first).get("/shop/").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> FormLogin.as("alice", "wrong", first)).hasMessageContaining("alice");
    }

    @Test
    void strangersGetTheLoginFormOfTheShop() {
        assertThat(FormLogin.none(first).get("/shop/").body()).contains("j_security_check");
    }

    /** After an upgrade a page must not be made of parts of two versions. */
    @Test
    void aBrowserAsksWhetherItsCopyOfAModuleIsStillGood() {
        for (String module : List.of("bellhop.js", "bellhop-connection.js", "bellhop-worker.js", "bellhop-bell.js")) {
            HttpResponse<String> fetched = FormLogin.none(first).get("/bellhop/" + module);
            assertThat(fetched.headers().allValues("Cache-Control")).as(module).containsExactly("no-cache");
            String modified = fetched.headers().firstValue("Last-Modified").orElseThrow();
            HttpRequest.Builder again = HttpRequest.newBuilder().uri(first.http("/bellhop/" + module)).header("If-Modified-Since", modified);
            fetched.headers().firstValue("ETag").ifPresent(tag -> again.header("If-None-Match", tag));
            assertThat(FormLogin.none(first).send(again).statusCode()).as(module).isEqualTo(304);
        }
    }

    @Test
    void twoNodesRunOnOneMachineEachOnItsJdk() throws IOException {
        assertThat(FormLogin.as("bob", second()).signOn()).isPresent();
        assertThat(second().jcmd("VM.system_properties").lines()).contains("java.home=" + Servers.secondJdk().toRealPath());
        assertThat(FormLogin.as("bob", first).signOn()).isPresent();
    }
}
