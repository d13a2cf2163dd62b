package dev.bellhop.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bellhop.message.Position;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyTest {
    @Test
    void valuesComeInTheOrderInWhichTheScriptReturnedThem() {
        Reply reply = new Reply(List.of("a", 7L, "9007199254740993", 1L, 0L, "5-3", "", "none", List.of("x", List.of("y"))));

        assertThat(reply.text()).isEqualTo("a");
        assertThat(reply.number()).isEqualTo(7);
        assertThat(reply.number()).as("a number as a text keeps all its digits").isEqualTo(9_007_199_254_740_993L);
        assertThat(reply.flag()).isTrue();
        assertThat(reply.flag()).isFalse();
        assertThat(reply.position()).isEqualTo(new Position(5, 3));
        assertThat(reply.position()).isNull();
        assertThat(reply.position()).isNull();
        assertThat(reply.left()).isEqualTo(1);
        Reply list = reply.list();
        assertThat(reply.hasNext()).isFalse();
        assertThat(list.text()).isEqualTo("x");
        assertThat(list.list().texts()).containsExactly("y");
    }

    @Test
    void whatTheScriptDoesNotReturnIsAFaultOfOurs() {
        assertThatThrownBy(() -> new Reply(List.of()).text()).isInstanceOf(IllegalStateException.class).hasMessageContaining("less");
        assertThatThrownBy(() -> new Reply(List.of(1L)).text()).isInstanceOf(IllegalStateException.class).hasMessageContaining("Long, not String");
        assertThatThrownBy(() -> new Reply(Arrays.asList((Object) null)).text()).isInstanceOf(IllegalStateException.class).hasMessageContaining("nothing");
    }
}
