package dev.bellhop.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.bellhop.Allocations;
import dev.bellhop.message.Position;
import org.junit.jupiter.api.Test;

class AnnouncementTest {

    @Test
    void aLoginEndsOrIsToBeShownAgain() {
        assertThat(Announcement.parse("l00ff")).isEqualTo(new Announcement.LoginEnded("00ff"));
        assertThat(Announcement.parse("c00ff")).isEqualTo(new Announcement.LoginCheck("00ff"));
        assertThat(Announcement.parse("c")).as("each login of the user").isEqualTo(new Announcement.LoginCheck(""));
    }

    @Test
    void aKeptMessageIsReadAndItsTextIsCopiedOnce() {
        String tail = "\"msg_type\":\"n\",\"data\":\"" + "xy z".repeat(10_000) + "\"}";
        String text = "m1700000000000-17 " + tail;
        assertThat(Announcement.parse(text)).isEqualTo(new Announcement.Kept(new Position(1_700_000_000_000L, 17), tail));
        long parsed = Allocations.of(() -> Announcement.parse(text));
        assertThat(parsed).as("bytes allocated").isLessThan(tail.length() * 3 / 2);
        for (String bad : new String[] {"m", "m1-1", "mx y", "m 1-1"}) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> Announcement.parse(bad));
        }
    }

    @Test
    void aQuestionIsReadAndCanNameNoOtherKey() {
        assertThat(Announcement.parse("q8a00ff")).isEqualTo(new Announcement.Asked("8a00ff"));
        for (String bad : new String[] {"q", "qA", "q1:2", "q}x", "q1 ", "q" + "1".repeat(33)}) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> Announcement.parse(bad));
        }
    }
}
