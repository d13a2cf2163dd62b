package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardFeedTest {
    private int most = 10_000;
    private final BoardFeed feed = new BoardFeed("everyone", () -> most);

    private static BoardMessage message(int place) {
        return new BoardMessage(new Position(place, 0), "0", "x".repeat(1_000));
    }

    private static List<BoardMessage> messages(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(BoardFeedTest::message).toList();
    }

    @Test
    void whatMayLieBeforeWhatWasReadIsNotKnown() {
        assertThat(feed.read(feed.begin(), messages(5, 9), true)).isFalse();
        assertThat(feed.after(new Position(4, 0))).isNull();
        assertThat(feed.after(new Position(5, 0))).isEqualTo(messages(6, 9));

        feed.read(feed.begin(), messages(5, 9), false);
        assertThat(feed.after(Position.START)).isEqualTo(messages(5, 9));
    }

    @Test
    void holdsAsManyCharactersAsItMayNow() {
        feed.read(feed.begin(), messages(1, 10), false);
        assertThat(feed.after(Position.START)).hasSize(10);

        most = 3_000; // other boards have come
        assertThat(feed.heard(new BoardMessage.Announced(new Position(10, 0), message(11)))).isTrue();
        assertThat(feed.after(Position.START)).isNull();
        assertThat(feed.after(new Position(8, 0))).isEqualTo(messages(9, 11));
        most = 10;
        feed.heard(new BoardMessage.Announced(new Position(11, 0), message(12)));
        assertThat(feed.after(new Position(11, 0))).as("the newest is held, however long").isEqualTo(messages(12, 12));
    }

    /** Ten thousand groups of which each has a megabyte would be more than a node has. */
    @Test
    void allBoardsOfANodeShareWhatIsHeld() {
        assertThat(BoardFeeds.share(0)).isEqualTo(BoardFeeds.share(64)).isEqualTo(1 << 20);
        assertThat(BoardFeeds.share(1_000) * 1_000L).isLessThanOrEqualTo(64 << 20);
        assertThat(BoardFeeds.share(10_000_000)).isEqualTo(8 << 10);
    }
}
