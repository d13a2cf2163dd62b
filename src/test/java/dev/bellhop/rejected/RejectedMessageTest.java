package dev.bellhop.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RejectedMessageTest {

    private static String kept(String at, String message) {
        return "{\"at\":" + at + ",\"code\":\"c\",\"reason\":\"r\",\"message\":" + message + '}';
    }

    @Test
    void whatBellhopHasWrittenIsShownAndItsTextCut() {
        assertThat(RejectedMessage.shown(kept("5", "\"m\""))).isEqualTo(kept("5", "\"m\""));
        assertThat(RejectedMessage.shown(kept("5", '"' + "x".repeat(2_001) + '"'))).isEqualTo(kept("5", '"' + "x".repeat(2_000) + "…\""));
    }

    @Test
    void whatSomebodyElseHasPutIntoTheListIsATextAndBreaksNothing() {
        for (String foreign : new String[] {"", "no <json>", "{}", "[1]", kept("1e99", "\"m\""), kept("-1", "\"m\""), kept("253402300800000", "\"m\""),
            kept("99999999999999999999", "\"m\""), kept("\"now\"", "\"m\""), kept("5", "{\"a\":1}"), "{\"message\":\"m\"}"}) {
            assertThat(RejectedMessage.shown(foreign)).isEqualTo("{\"message\":" + dev.bellhop.message.Json.quote(foreign) + '}');
        }
        assertThat(RejectedMessage.shown("y".repeat(10_000))).hasSize("{\"message\":\"…\"}".length() + 2_000);
    }
}
