package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.bellhop.message.Message;
import dev.bellhop.problem.Problem;
import dev.bellhop.problem.Problem.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicationTest {

    private static final Instant NOW = Instant.parse("2027-03-01T12:00:00Z");

    private static Publication parse(String fields) {
        return Publication.parse('{' + fields + '}', java.util.Set.of("manager"), 1_000, NOW);
    }

    @Test
    void oneUserNow() {
        Publication one = parse("\"msg_type\":\"a\",\"to_user_id\":42,\"data\":1.10,\"id\":\"x\",\"unknown\":true");
        assertThat(one.pushAt()).isNull();
        assertThat(one.messages()).containsExactly(new Message("a", "42", "1.10", "x", 0));
    }

    @Test
    void manyUsersInTheirOrderEachOnce() {
        Publication many = parse("\"msg_type\":\"a\",\"to_user_ids\":[ \"b\" , 7,\"b\",\"a\" ]");
        assertThat(many.messages()).extracting(message -> message.to().name()).containsExactly("b", "7", "a");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"2027-03-01T14:00:00+01:00\" | 2027-03-01T13:00:00Z",
        "\"2027-03-01T12:00:00.250Z\" | 2027-03-01T12:00:00.250Z",
        "1803902400.5 | 2027-03-01T12:00:00.500Z",
        "1.803906E9 | 2027-03-01T13:00:00Z",
        "0 | 1970-01-01T00:00:00Z",
        "\"2020-01-01T00:00:00Z\" | 2020-01-01T00:00:00Z",
        "null | ",
    })
    void pushAt(String text, Instant expected) {
        assertThat(parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"push_at\":" + text).pushAt()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"tomorrow\"", "\"2027-03-01T12:00:00\"", "99999999999", "1e300", "1e-90000000", "0.0000000000000000000000000000000000000001", "-1e999999999", "1e999999999", "true", "[]", "{}", "\"\""})
    void noGoodTime(String text) {
        assertThatThrownBy(() -> parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"push_at\":" + text)).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.code()).isEqualTo(Code.BAD_MESSAGE));
    }

    @Test
    void aNumberOfAMillionDigitsIsRefusedAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> noGoodTime("1." + "7".repeat(1_000_000)));
    }

    @Test
    void ttlCountsFromWhenItIsSent() {
        assertThat(parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"ttl\":1.5").messages().get(0).ttl()).isEqualTo(1_500);
        assertThat(parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"ttl\":\"PT1M\",\"push_at\":\"2027-03-02T12:00:00Z\"").messages().get(0).ttl()).isEqualTo(60_000);
    }

    /** Redis's clock alone decides from when to when: a node whose clock is behind answered that the message has no id. */
    @ParameterizedTest
    @ValueSource(strings = {"1999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"})
    void aNodesClockHasNoPartInIt(String clock) {
        for (String pushAt : new String[] {"null", "\"2027-03-02T12:00:00Z\"", "0"}) {
            Message message = Publication.parse("{\"msg_type\":\"a\",\"to_user_id\":\"b\",\"ttl\":60,\"push_at\":" + pushAt.replace("2027", clock.substring(0, 4)) + "}", java.util.Set.of(), 1_000,
                    Instant.parse(clock)).messages().get(0);
            assertThat(message).isEqualTo(new Message("a", "b", null, null, 0, 60_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "\"soon\"", "true", "1e99", "\"PT0S\""})
    void noGoodTtl(String text) {
        assertThatThrownBy(() -> parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"ttl\":" + text)).isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"msg_type\":\"a\"", "\"msg_type\":\"a\",\"to_user_id\":\"b\",\"to_user_ids\":[\"c\"]", "\"msg_type\":\"a\",\"to_user_ids\":[]",
        "\"msg_type\":\"a\",\"to_user_ids\":[[1]]", "\"msg_type\":\"a\",\"to_user_ids\":\"b\"", "\"msg_type\":\"a\",\"to_user_id\":\"\"",
        "\"msg_type\":\"a\",\"to_user_id\":1.5", "\"msg_type\":\"a\",\"to_user_id\":null", "\"msg_type\":\"login\",\"to_user_id\":\"b\"", "\"to_user_id\":\"b\"",
        "\"msg_type\":\"a\",\"to_user_id\":\"b\",\"id\":\"\"", "\"msg_type\":\"a\",\"to_user_id\":\"b\",\"id\":{}",
    })
    void refused(String fields) {
        assertThatThrownBy(() -> parse(fields)).isInstanceOf(Problem.class);
    }

    @Test
    void tooManyAndTooLarge() {
        String users = IntStream.rangeClosed(0, 1_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThatThrownBy(() -> parse("\"msg_type\":\"a\",\"to_user_ids\":[" + users + "]")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> parse("\"msg_type\":\"a\",\"to_user_id\":\"b\",\"data\":\"" + "x".repeat(1_000) + "\"")).isInstanceOfSatisfying(Problem.class,
                problem -> assertThat(problem.code()).isEqualTo(Code.TOO_LARGE));
    }
}
