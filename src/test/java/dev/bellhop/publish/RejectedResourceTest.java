package dev.bellhop.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RejectedResourceTest {

    private static String kept(String at, String message) {
        return "{\"at\":" + at + ",\"code\":\"c\",\"reason\":\"r\",\"message\":" + message + '}';
    }

    @Test
    void whatBellhopHasWrittenIsShownAndItsTextCut() {
        assertThat(RejectedResource.item(kept("5", "\"m\""))).isEqualTo(kept("5", "\"m\""));
        assertThat(RejectedResource.item(kept("5", '"' + "x".repeat(2_001) + '"'))).isEqualTo(kept("5", '"' + "x".repeat(2_000) + "…\""));
    }

    @Test
    void whatSomebodyElseHasPutIntoTheListIsATextAndBreaksNothing() {
        for (String foreign : new String[] {"", "no <json>", "{}", "[1]", kept("1e99", "\"m\""), kept("-1", "\"m\""), kept("253402300800000", "\"m\""),
            kept("99999999999999999999", "\"m\""), kept("\"now\"", "\"m\""), kept("5", "{\"a\":1}"), "{\"message\":\"m\"}"}) {
            assertThat(RejectedResource.item(foreign)).isEqualTo("{\"message\":" + dev.bellhop.message.Json.quote(foreign) + '}');
        }
        assertThat(RejectedResource.item("y".repeat(10_000))).hasSize("{\"message\":\"…\"}".length() + 2_000);
    }
}
