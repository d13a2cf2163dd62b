package dev.bellhop.live;

import dev.bellhop.message.BoardMessage;
import dev.bellhop.message.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * One board on this node: the users here who read it, and its newest messages, so that a thousand users who take one in do not make a
 * thousand readings of the board.
 *
 * <p>Concurrency: its monitor guards the tail. It is held for moments only.
 */
final class BoardFeed {
    /** How many of the newest messages are held here. */
    static final int TAIL = 100;

    private final String board;
    private final IntSupplier mostChars;
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

    /** @param mostChars about how many characters of the newest messages may be held here now */
    BoardFeed(String board, IntSupplier mostChars) {
        this.board = board;
        this.mostChars = mostChars;
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
        if (from == null) {
            return false;
        }
        boolean later = message.place().isAfter(newest);
        if (!later && tail.contains(message)) {
            return true; // it was read before it was heard
        }
        boolean next = announced.before().equals(newest) || announced.before().equals(Position.START);
        if (!later || !next) { // why not later: Redis may have lost the board, and its clock may have stepped back
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
        int most = mostChars.getAsInt();
        while (tail.size() > TAIL || chars > most && tail.size() > 1) {
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
     * What is held may not be on the board any more: {@link #begin} is due.
     *
     * @return false if that is known already
     */
    synchronized boolean forget() {
        boolean held = from != null;
        from = null;
        return held;
    }

    /**
     * It has been read.
     *
     * @param messages the newest, oldest first
     * @param more     whether there may be others before them
     * @return whether the board ends before what was known of it: how far its readers have taken it in may count for nothing
     */
    synchronized boolean read(int reading, List<BoardMessage> messages, boolean more) {
        if (reading != readings) {
            return false; // another one is under way
        }
        boolean lost = newest.isAfter(messages.isEmpty() ? Position.START : messages.get(messages.size() - 1).place());
        tail.clear();
        chars = 0;
        newest = Position.START;
        from = more ? messages.get(0).place() : Position.START;
        messages.forEach(this::add);
        return lost;
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
