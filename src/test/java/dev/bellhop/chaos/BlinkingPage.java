package dev.bellhop.chaos;

import dev.bellhop.it.Page;
import dev.bellhop.live.TestNode;
import dev.bellhop.live.TestPage;
import dev.bellhop.message.Position;
import io.lettuce.core.cluster.SlotHash;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A page of a node without a server, that does what the protocol asks of it: leaves and comes back on the other node, logs in with its
 * position, drops what it has had, asks again where one is missing. Thread-safe.
 */
final class BlinkingPage {
    private static final int AWAY_MILLIS = 300;

    private final String run;
    private final List<TestNode> nodes;
    private final String user;
    private final String name;
    private final ScheduledExecutorService threads;
    private final Waits waits;

    // guarded by this
    private final List<Ledger.Shown> shown = new ArrayList<>();
    private final Set<Ledger.Entry> entries = new HashSet<>();
    private final PagePosition place = new PagePosition();
    private TestPage page;
    private int connects;
    private int passing;
    private boolean away;
    /** When it asked for the login that is not answered yet, in milliseconds since 1970; 0: none. */
    private long asked;

    /** @param at the node that it begins with */
    BlinkingPage(String run, List<TestNode> nodes, int at, String user, ScheduledExecutorService threads, Waits waits) {
        this.run = run;
        this.nodes = nodes;
        this.connects = at;
        this.user = user;
        this.name = user + "/" + at;
        this.threads = threads;
        this.waits = waits;
    }

    String user() {
        return user;
    }

    synchronized void connect() {
        answered(); // its node has closed it
        int mine = ++connects;
        place.asks();
        page = nodes.get(mine % nodes.size()).openAndShow(user, text -> frame(mine, text));
        asked = System.currentTimeMillis();
        page.login(place.position());
    }

    /** Its login is answered, or it waits no longer. */
    private void answered() {
        if (asked != 0) {
            waits.loggedIn(SlotHash.getSlot(user), asked);
            asked = 0;
        }
    }

    /** Leaves, and comes back after a moment. */
    synchronized void blink() {
        answered();
        away = true;
        connects++; // what still comes is of a page that has gone
        page.leave();
        threads.schedule(() -> {
            synchronized (this) {
                away = false;
                connects--;
                connect();
            }
        }, AWAY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Comes back if the node has closed it. */
    synchronized void look() {
        if (!away && page.closeCode() != 0) {
            connect();
        }
    }

    private synchronized void frame(int of, String text) {
        if (of != connects || away) {
            return;
        }
        JsonObject frame = Page.parse(text);
        switch (frame.getString("msg_type")) {
            case "login" -> {
                answered();
                place.answered(Position.of(frame.getJsonObject("data").getString("from_id")));
            }
            case Crowd.MSG_TYPE -> message(of, frame);
            default -> { }
        }
    }

    private void message(int of, JsonObject frame) {
        JsonObject data = frame.getJsonObject("data");
        if (!frame.containsKey("id")) {
            passing++;
            return;
        }
        Position at = Position.of(frame.getString("id"));
        switch (place.message(at)) {
            case SHOW -> {
                if (data.getString("run").equals(run)) {
                    Ledger.Entry entry = new Ledger.Entry(data.getString("door"), user, data.getInt("n"));
                    shown.add(new Ledger.Shown(entry, at, of % nodes.size(), System.currentTimeMillis()));
                    entries.add(entry);
                }
            }
            case ASK -> {
                place.asks();
                Position after = place.position();
                TestPage asking = page;
                threads.execute(() -> asking.login(after)); // why: not on the thread that sends
            }
            default -> { }
        }
    }

    synchronized Ledger.Screen screen() {
        return new Ledger.Screen(name, user, List.copyOf(shown));
    }

    synchronized boolean isLoggedIn() {
        return !place.isAsking();
    }

    synchronized boolean hasShown(Set<Ledger.Entry> all) {
        return entries.containsAll(all);
    }

    synchronized int passing() {
        return passing;
    }
}
