package dev.bellhop.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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

    @Test
    void twoNodesRunOnOneMachineEachOnItsJdk() throws IOException {
        assertThat(FormLogin.as("bob", second()).signOn()).isPresent();
        assertThat(second().jcmd("VM.system_properties").lines()).contains("java.home=" + Servers.secondJdk().toRealPath());
        assertThat(FormLogin.as("bob", first).signOn()).isPresent();
    }
}
