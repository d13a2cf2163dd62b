package dev.bellhop.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    private static final int MAX = 65_536;

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "\"42\" | 42", "42 | 42", "-7 | -7", "12345678901234567890 | 12345678901234567890", "\"*\" | *", "\"a b\" | a b", "\"\\u017e🛎\" | ž🛎", "\"{x}%\" | {x}%"})
    void theUserIsAStringOrAnInteger(String json, String user) throws BadMessageException {
        assertThat(parse("{\"msg_type\":\"n\",\"to_user_id\":" + json + "}").to()).isEqualTo(Address.user(user));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "\"to_role\":\"manager\" | ROLE | manager | role:manager", "\"to_group\":\"order-17\" | GROUP | order-17 | group:order-17", "\"to_group\":17 | GROUP | 17 | group:17",
        "\"to_user_id\":\"*\" | EVERYONE | * | everyone", "\"to_user_id\":\"role:x\" | USER | role:x | ", "\"to_user_id\":\"1\",\"to_role\":null | USER | 1 | "})
    void aMessageIsForExactlyOneAddress(String field, Address.Kind kind, String name, String board) throws BadMessageException {
        Message message = parse("{\"msg_type\":\"n\"," + field + "}");
        assertThat(message.to()).isEqualTo(new Address(kind, name));
        assertThat(message.to().board()).isEqualTo(board);
        assertThat(parse(message.toJson())).as("as it is written for the schedule").isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"to_user_id\":\"1\",\"to_role\":\"r\"", "\"to_role\":\"r\",\"to_group\":\"g\"", "\"to_user_id\":\"*\",\"to_group\":\"g\"", "\"to_role\":\"\"", "\"to_group\":[]",
        "\"to_role\":\"a\\u0000\"", "\"to_group\":1.5", "\"to_role\":null"})
    void noneOrSeveralAddressesAreRefused(String fields) {
        assertCode("{\"msg_type\":\"n\"," + fields + "}", BadMessageException.BAD_MESSAGE);
    }

    @Test
    void readsAllFields() throws BadMessageException {
        assertThat(parse("{\"data\":{\"n\":1.10},\"id\":\"o7\",\"to_user_id\":\"u\",\"expires_at\":1785000000000,\"msg_type\":\"notice\",\"unknown\":[]}"))
                .isEqualTo(new Message("notice", "u", "{\"n\":1.10}", "o7", 1785000000000L));
        assertThat(parse("{\"msg_type\":\"notice\",\"to_user_id\":\"u\"}")).isEqualTo(new Message("notice", "u", null, null, 0));
        assertThat(parse("{\"msg_type\":\"notice\",\"to_user_id\":\"u\",\"data\":null,\"id\":null,\"expires_at\":null}")).isEqualTo(new Message("notice", "u", "null", null, 0));
        assertThat(parse("{\"msg_type\":\"notice\",\"to_user_id\":\"u\",\"id\":7}").id()).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"msg_type\":\"n\"}", "{\"to_user_id\":\"u\"}", "{\"MSG_TYPE\":\"n\",\"to_user_id\":\"u\"}",
        "{\"msg_type\":\"\",\"to_user_id\":\"u\"}", "{\"msg_type\":7,\"to_user_id\":\"u\"}", "{\"msg_type\":null,\"to_user_id\":\"u\"}", "{\"msg_type\":[\"n\"],\"to_user_id\":\"u\"}",
        "{\"msg_type\":\"login\",\"to_user_id\":\"u\"}", "{\"msg_type\":\"read\",\"to_user_id\":\"u\"}", "{\"msg_type\":\"error\",\"to_user_id\":\"u\"}",
        "{\"msg_type\":\"ping\",\"to_user_id\":\"u\"}", "{\"msg_type\":\"\\u0070ong\",\"to_user_id\":\"u\"}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"\"}", "{\"msg_type\":\"n\",\"to_user_id\":null}", "{\"msg_type\":\"n\",\"to_user_id\":true}", "{\"msg_type\":\"n\",\"to_user_id\":1.5}",
        "{\"msg_type\":\"n\",\"to_user_id\":1e3}", "{\"msg_type\":\"n\",\"to_user_id\":{}}", "{\"msg_type\":\"n\",\"to_user_id\":[\"u\"]}", "{\"msg_type\":\"n\",\"to_user_id\":\"a\\nb\"}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"\\u0000\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"\\ud800\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"a\",\"id\":\"a\\ud800\"}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"id\":\"\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"id\":true}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"id\":{}}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"id\":1.0}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"expires_at\":\"1\"}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"expires_at\":1.5}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"expires_at\":-5}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"expires_at\":1e3}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"expires_at\":99999999999999999999}"})
    void refusesWhatIsNoMessage(String json) {
        assertCode(json, BadMessageException.BAD_MESSAGE);
    }

    @Test
    void boundsEachPart() throws BadMessageException {
        assertThat(parse(message("t".repeat(64), "u", "i")).msgType()).hasSize(64);
        assertCode(message("t".repeat(65), "u", "i"), BadMessageException.BAD_MESSAGE);
        assertThat(parse(message("t", "u".repeat(256), "i")).to().name()).hasSize(256);
        assertCode(message("t", "u".repeat(257), "i"), BadMessageException.BAD_MESSAGE);
        assertThat(parse(message("t", "u", "i".repeat(128))).id()).hasSize(128);
        assertCode(message("t", "u", "i".repeat(129)), BadMessageException.BAD_MESSAGE);
    }

    @Test
    void boundsTheWholeByBytes() throws BadMessageException {
        String message = "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":\"ž🛎\"}";
        int bytes = Utf8.length(message);

        assertThat(Message.parse(message, bytes).data()).isEqualTo("\"ž🛎\"");
        assertThatThrownBy(() -> Message.parse(message, bytes - 1))
                .isInstanceOfSatisfying(BadMessageException.class, bad -> assertThat(bad.code()).isEqualTo(BadMessageException.TOO_LARGE));
        assertCode("x".repeat(MAX + 1), BadMessageException.TOO_LARGE);
        assertCode("x".repeat(MAX), BadMessageException.BAD_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"msg_type\":\"n\",\"to_user_id\":7}", "{\"msg_type\":\"n \\\"\\\\\\u0001\\ud800ž\",\"to_user_id\":\"🛎 \\\"\",\"id\":\"\\t\\\\\",\"data\":{\"a\":[1.0,\"\\u2028\"]},\"expires_at\":5}",
        "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":null}", "{\"msg_type\":\"n\",\"to_user_id\":\"u\",\"data\":12345678901234567890}"})
    void comesBackFromItsJsonUnchanged(String json) throws BadMessageException {
        Message message = parse(json);

        assertThat(parse(message.toJson())).isEqualTo(message);
    }

    @Test
    void theFrameHoldsTypeAndDataAlone() throws BadMessageException {
        assertThat(new Message("n\"", "u", "{\"a\": 1.10}", "id", 5).frameTail()).isEqualTo("\"msg_type\":\"n\\\"\",\"data\":{\"a\": 1.10}}");
        assertThat(new Message("n", "u", null, null, 0).frameTail()).isEqualTo("\"msg_type\":\"n\"}");
    }

    private static Message parse(String json) throws BadMessageException {
        return Message.parse(json, MAX);
    }

    private static String message(String type, String user, String id) {
        return "{\"msg_type\":\"" + type + "\",\"to_user_id\":\"" + user + "\",\"id\":\"" + id + "\"}";
    }

    private static void assertCode(String json, String code) {
        assertThatThrownBy(() -> parse(json)).isInstanceOfSatisfying(BadMessageException.class, bad -> assertThat(bad.code()).isEqualTo(code));
    }
}
