package dev.bellhop.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AnnouncementTest {

    @Test
    void aQuestionIsReadAndCanNameNoOtherKey() {
        assertThat(Announcement.parse("q8a00ff")).isEqualTo(new Announcement.Asked("8a00ff"));
        for (String bad : new String[] {"q", "qA", "q1:2", "q}x", "q1 ", "q" + "1".repeat(33)}) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> Announcement.parse(bad));
        }
    }
}
