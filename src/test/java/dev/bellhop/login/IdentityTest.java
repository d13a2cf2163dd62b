package dev.bellhop.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.live.TestNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which login a request belongs to. */
class IdentityTest {

    private final Identity identity = new Identity(TestNode.settings("bellhop.sso-cookies=SSO,Other"));

    private String login(String... headers) {
        return identity.loginId(List.of(headers), "session");
    }

    @Test
    void theSignOnsCookieTellsItWhereverItStands() {
        String login = login("SSO=x");
        assertThat(List.of(login("a=b; SSO=x"), login("SSO = x ; a=b"), login("a", ";;=;SSO=x;"), login("a=b", "Other=x"), login("a=SSO; SSO=x"), login("SSO=x; SSO=y")))
                .containsOnly(login);
        assertThat(login("SSO=y")).isNotEqualTo(login);
        assertThat(login("SSO=x=y")).isEqualTo(login("SSO=x=y;")).isNotEqualTo(login);
    }

    @Test
    void withoutOneTheHttpSessionTellsIt() {
        String login = login();
        assertThat(List.of(login("a=b"), login("SSO"), login("XSSO=x; SSOX=x; a=b; SSO"), login("=SSO;a==;;"), login(""), login(";".repeat(10_000)))).containsOnly(login);
        assertThat(identity.loginId(List.of(), "another")).isNotEqualTo(login);
    }
}
