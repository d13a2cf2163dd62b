package dev.bellhop.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bellhop.message.Json.Type;
import dev.bellhop.message.Json.Value;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final JsonProvider JSON_P = JsonProvider.provider();

    @ParameterizedTest
    @ValueSource(strings = {
        "0", "-0", "-0.0", "1", "12345678901234567890", "123456789012345678901234567890.123456789", "1.10", "1E400", "1e-400", "1.0E+2",
        "true", "false", "null", "{}", "[]", "[[[]]]", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", "[ 1 , 2\t,\n3 ]", "{ \"a\" : 1 }",
        "\"\"", "\"a\"", "\"žluťoučký kůň 🛎️\"", "\"\\u017e\\ud83d\\udece\\n\\\\\\\"\\/\"", "\"\\ud800\"", "\"}\"", "\"]\"", "\"\\\"}\"", "\"\u2028\u00a0\"",
        "[\"}\",\"\\\\\"]", "{\"a\":1,\"a\":2}"})
    void keepsAValueAsItStood(String raw) throws BadMessageException {
        for (String space : new String[] {"", " ", "\t\r\n ", " ".repeat(5_000)}) {
            String text = space + "{" + space + "\"before\"" + space + ":" + space + "[1]" + space + "," + space + "\"data\"" + space + ":" + space + raw
                    + space + "," + space + "\"after\"" + space + ":" + space + raw + space + "}" + space;
            Map<String, Value> fields = Json.readObject(text);
            assertThat(fields.get("data").raw()).isEqualTo(raw);
            assertThat(fields.get("after").raw()).isEqualTo(raw);
            assertThat(fields.get("before").raw()).isEqualTo("[1]");
            assertThat(fields.keySet()).containsExactly("before", "data", "after");
        }
    }

    @Test
    void keepsAValueOfAnyLength() throws BadMessageException {
        for (int length = 1; length < 20_000; length += length < 300 ? 1 : 97) {
            String string = '"' + "é".repeat(length) + '"';
            String number = "1".repeat(Math.min(length, 1_000));
            String array = "[" + "1, ".repeat(length) + "{\"x\":\"🛎\"}]";
            Map<String, Value> fields = Json.readObject("{\"s\":" + string + ",\"n\":" + number + ",\"a\":" + array + ",\"e\":\"end\"}");
            assertThat(fields.get("s").raw()).isEqualTo(string);
            assertThat(fields.get("n").raw()).isEqualTo(number);
            assertThat(fields.get("a").raw()).isEqualTo(array);
            assertThat(fields.get("e").text()).isEqualTo("end");
        }
    }

    @Test
    void tellsTheTypes() throws BadMessageException {
        Map<String, Value> fields = Json.readObject("{\"s\":\"\\u0041\\n\",\"n\":1.5,\"i\":-7,\"e\":1e3,\"t\":true,\"f\":false,\"0\":null,\"o\":{},\"a\":[]}");

        assertThat(fields.values()).extracting(Value::type).containsExactly(Type.STRING, Type.NUMBER, Type.NUMBER, Type.NUMBER, Type.BOOLEAN, Type.BOOLEAN,
                Type.NULL, Type.OBJECT, Type.ARRAY);
        assertThat(fields.get("s").text()).isEqualTo("A\n");
        assertThat(fields.get("n").text()).isEqualTo("1.5");
        assertThat(fields.values()).extracting(Value::isStringOrInteger).containsExactly(true, false, true, false, false, false, false, false, false);
    }

    @Test
    void anEmptyObjectHasNoFields() throws BadMessageException {
        assertThat(Json.readObject("{}")).isEmpty();
        assertThat(Json.readObject(" { } ")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "null", "true", "1", "\"a\"", "[]", "[{}]", "{", "}", "{]", "{}}", "{}{}", "{},", "{} x", "{}\u00a0", "{}\u2003", "{}\u0000", "{}\f", "\u0000{}", "\uFEFF{}", "nul", "x",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\"::1}", "{\"a\"=1}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\":'b'}",
        "{\"a\":1", "{\"a\":\"b}", "{\"a\":[1}", "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":{\"b\"}}", "{\"a\":{\"b\":1,}}", "{\"a\":[}]", "{\"a\":[1:2]}",
        "{\"a\":01}", "{\"a\":-01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":5.}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x1}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":1_0}", "{\"a\":1f}",
        "{\"a\":--1}", "{\"a\":1.2.3}", "{\"a\":1e5e5}", "{\"a\":00}", "{\"a\":1a}",
        "{\"a\":tru}", "{\"a\":True}", "{\"a\":truee}", "{\"a\":nul}", "{\"a\":nulll}", "{\"a\":undefined}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\u0000\"}",
        "{\"a\":\"\\\"}", "{\"a\":\"\\", "{/**/}", "{}//", "{\"a\":1}#"})
    void refusesWhatIsNotOneObject(String text) {
        assertBad(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"data\":{},\"b\":1,\"data\":{}}"})
    void refusesAFieldNamedTwice(String text) {
        assertBad(text);
    }

    @Test
    void refusesDeepNesting() throws BadMessageException {
        assertThat(Json.readObject(nested(256)).get("a").raw()).hasSize(512);
        assertBad(nested(257));
        assertBad(nested(100_000));
        assertBad("{\"a\":" + "{\"a\":".repeat(300) + "1" + "}".repeat(301));
        assertBad("{\"a\":" + "[".repeat(50_000));
    }

    @Test
    void refusesTooManyFields() throws BadMessageException {
        assertThat(Json.readObject(fields(100))).hasSize(100);
        assertBad(fields(101));
    }

    @Test
    void saysNothingOfWhatItRefused() {
        assertThatThrownBy(() -> Json.readObject("{\"secret\":\"secret\" secret")).hasMessageNotContaining("secret");
    }

    @Test
    void everyTextThatJsonPTakesAndNoOtherIsRead() {
        Random random = new Random(20260727);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = object(random, 0);
            if (random.nextBoolean()) { // something goes wrong
                int at = random.nextInt(text.length());
                text = text.substring(0, at) + "{}[]\",:\\ 1.-tn\n".charAt(random.nextInt(15)) + text.substring(at + random.nextInt(2));
            }
            JsonObject expected = model(text);
            try {
                Map<String, Value> fields = Json.readObject(text);
                assertThat(expected).as(text).isNotNull();
                assertThat(fields.keySet()).as(text).isEqualTo(expected.keySet());
                for (Map.Entry<String, Value> field : fields.entrySet()) {
                    assertThat(model("{\"x\":" + field.getValue().raw() + "}").get("x")).as(text).isEqualTo(expected.get(field.getKey()));
                    assertThat(text).contains(field.getValue().raw());
                    if (expected.get(field.getKey()) instanceof JsonString string) {
                        assertThat(field.getValue().text()).isEqualTo(string.getString());
                    }
                }
                read++;
            } catch (BadMessageException e) {
                boolean twice = e.getMessage().contains("twice");
                assertThat(expected == null || twice).as(text).isTrue();
            }
        }
        assertThat(read).isBetween(10_000, 19_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\"", "\\", "\n\r\t\b\f\u0000\u001f", "\u007f", "\u2028\u2029", "ž🛎️", "/", "</script>"})
    void quotesAnyText(String text) {
        String quoted = Json.quote(text);

        assertThat(model("{\"x\":" + quoted + "}").getString("x")).isEqualTo(text);
        assertThat(quoted.codePoints()).noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
    }

    @Test
    void quotesLoneSurrogatesAsEscapes() {
        assertThat(Json.quote("\ud83d")).isEqualTo("\"\\ud83d\"");
        assertThat(Json.quote("\udece\ud83d")).isEqualTo("\"\\udece\\ud83d\"");
        assertThat(Json.quote("\ud83d\udece\udece")).isEqualTo("\"\ud83d\udece\\udece\"");
        assertThat(Json.quote(null)).isEqualTo("null");
    }

    private static void assertBad(String text) {
        assertThatThrownBy(() -> Json.readObject(text)).as(text.length() > 100 ? text.substring(0, 100) : text)
                .isInstanceOfSatisfying(BadMessageException.class, bad -> assertThat(bad.code()).isEqualTo(BadMessageException.BAD_JSON));
    }

    private static String nested(int depth) {
        return "{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }

    private static String fields(int count) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append("\"f").append(i).append("\":").append(i);
        }
        return text.append('}').toString();
    }

    /** As JSON-P reads it, or null if it does not. */
    private static JsonObject model(String text) {
        try (JsonReader reader = JSON_P.createReader(new StringReader("[" + text + ",7]"))) { // alone it would not look at what follows
            JsonArray all = reader.readArray();
            return all.size() == 2 ? all.getJsonObject(0) : null;
        } catch (RuntimeException invalid) {
            return null;
        }
    }

    private static String object(Random random, int depth) {
        StringBuilder text = new StringBuilder(space(random)).append('{').append(space(random));
        int fields = random.nextInt(5);
        for (int i = 0; i < fields; i++) {
            text.append(i == 0 ? "" : ",").append(space(random)).append(string(random, i)).append(space(random)).append(':').append(value(random, depth));
        }
        return text.append('}').append(space(random)).toString();
    }

    private static String value(Random random, int depth) {
        String value = switch (random.nextInt(depth < 4 ? 8 : 6)) {
            case 0 -> "null";
            case 1 -> Boolean.toString(random.nextBoolean());
            case 2 -> Long.toString(random.nextLong());
            case 3 -> random.nextInt(100) + "." + random.nextInt(1000) + "E" + random.nextInt(30);
            case 4, 5 -> string(random, 0);
            case 6 -> object(random, depth + 1);
            default -> {
                StringBuilder array = new StringBuilder("[");
                int length = random.nextInt(4);
                for (int i = 0; i < length; i++) {
                    array.append(i == 0 ? "" : ",").append(value(random, depth + 1));
                }
                yield array.append(']').toString();
            }
        };
        return space(random) + value + space(random);
    }

    private static String string(Random random, int prefix) {
        String[] pieces = {"a", "\\\"", "\\\\", "ž", "🛎", "\\u0041", "\\ud83d\\udece", "}", "]", "{", ",", ":", " ", "\\n", "\\/"};
        StringBuilder text = new StringBuilder("\"").append(prefix);
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.append('"').toString();
    }

    private static String space(Random random) {
        return random.nextInt(4) == 0 ? " \t\r\n".substring(random.nextInt(4)) : "";
    }
}
