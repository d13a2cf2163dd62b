package dev.bellhop.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonWriterTest {

    @Test
    void writesObjectsInArraysInObjects() {
        String json = new JsonWriter().object().field("a", 1).array("b").object().endObject().object().field("c", true).endObject().array().endArray()
                .endArray().object("d").endObject().raw("e", "1.10").field("f", (String) null).endObject().toString();

        assertThat(json).isEqualTo("{\"a\":1,\"b\":[{},{\"c\":true},[]],\"d\":{},\"e\":1.10,\"f\":null}");
    }

    @Test
    void aTextThatEndsLikeAnOpeningBracketIsFollowedByAComma() {
        assertThat(new JsonWriter().array().element("[").element("{").element(":").element("").element(null).endArray().toString())
                .isEqualTo("[\"[\",\"{\",\":\",\"\",null]");
    }

    @Test
    void quotesNamesAndTexts() throws BadMessageException {
        String name = "na\"me\u2028";
        String text = "\\\"\n\u0000\ud800ž🛎";

        String json = new JsonWriter().object().field(name, text).endObject().toString();

        assertThat(Json.readObject(json)).hasSize(1).containsKey(name);
        assertThat(Json.readObject(json).get(name).text()).isEqualTo(text);
    }

    @Test
    void takesTheFieldsOfAnotherObject() {
        assertThat(new JsonWriter().object().rawFields("").rawFields("\"a\":1").field("b", new Position(7, 1)).field("c", (Position) null).rawFields("\"d\":{}").endObject().toString())
                .isEqualTo("{\"a\":1,\"b\":\"7-1\",\"c\":null,\"d\":{}}");
    }

    @Test
    void takesElementsThatAreJson() {
        assertThat(new JsonWriter().array().rawElement("{}").rawElement("[1]").endArray().toString()).isEqualTo("[{},[1]]");
    }
}
