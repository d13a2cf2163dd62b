package dev.bellhop.live;

import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One board on this node: the users here who read it, and its newest messages, so that a thousand users who take one in do not make a
 * thousand readings of the board.
 *
 * <p>Concurrency: its monitor guards the tail. It is held for moments only.
 */
final class BoardFeed {
    /** How many of the newest messages are held here, and about how many characters of them. */
    static final int TAIL = 100;
    private static final long TAIL_CHARS = 1 << 20;

    private final String board;
    private final Set<UserBoards> readers = ConcurrentHashMap.newKeySet();

    // guarded by this
    private final Deque<BoardMessage> tail = new ArrayDeque<>();
    private long chars;
    /** The tail holds all that lies after this place; null while that is not known. */
    private Position from;
    private Position newest = Position.START;
    private int readings;
    private final long madeNanos = System.nanoTime();
    private long emptySince = madeNanos;

    BoardFeed(String board) {
        this.board = board;
    }

    String board() {
        return board;
    }

    void add(UserBoards reader) {
        readers.add(reader);
    }

    synchronized void remove(UserBoards reader) {
        readers.remove(reader);
        emptySince = System.nanoTime();
    }

    Set<UserBoards> readers() {
        return readers;
    }

    /** Whether it was made before, and its subscription has not been confirmed yet. */
    synchronized boolean isUnreadSince(long nanos) {
        return readings == 0 && madeNanos - nanos <= 0;
    }

    synchronized boolean isEmptySince(long nanos) {
        return readers.isEmpty() && emptySince - nanos <= 0;
    }

    /**
     * A message has been put on the board.
     *
     * @return false if others were that this node has not heard of: {@link #begin} is due
     */
    synchronized boolean heard(BoardMessage.Announced announced) {
        BoardMessage message = announced.message();
        if (from == null || !message.place().isAfter(newest)) {
            return from != null;
        }
        boolean next = announced.before().equals(newest) || announced.before().equals(Position.START);
        if (!next) {
            from = null;
            return false;
        }
        add(message);
        return true;
    }

    private void add(BoardMessage message) {
        tail.add(message);
        chars += message.frameTail().length();
        newest = message.place();
        while (tail.size() > TAIL || chars > TAIL_CHARS && tail.size() > 1) {
            BoardMessage first = tail.remove();
            chars -= first.frameTail().length();
            from = first.place();
        }
    }

    /**
     * The board is to be read: something may have been missed.
     *
     * @return to be given to {@link #read}
     */
    synchronized int begin() {
        from = null;
        return ++readings;
    }

    /**
     * It has been read.
     *
     * @param messages the newest {@link #TAIL}, oldest first
     */
    synchronized void read(int reading, List<BoardMessage> messages) {
        if (reading != readings) {
            return; // another one is under way
        }
        tail.clear();
        chars = 0;
        newest = Position.START;
        from = messages.size() < TAIL ? Position.START : messages.get(0).place();
        messages.forEach(this::add);
    }

    /** What lies after a place, oldest first and {@link #TAIL} at most; null if that is not known here. */
    synchronized List<BoardMessage> after(Position place) {
        if (from == null || from.isAfter(place)) {
            return null;
        }
        List<BoardMessage> after = new ArrayList<>();
        for (BoardMessage message : tail) {
            if (message.place().isAfter(place)) {
                after.add(message);
            }
        }
        return after;
    }
}
