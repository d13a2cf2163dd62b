package dev.bellhop.live;

import dev.bellhop.config.Settings;
import dev.bellhop.inbox.Inbox;
import dev.bellhop.login.Login;
import dev.bellhop.metric.Metrics;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A message to one of 20,000 connected users: finding the user, and handing the frame to the one page. */
@State(Scope.Thread)
public class RegistryBenchmark {
    private static final int USERS = 20_000;

    private final Frame frame = Frame.passing("\"msg_type\":\"notice\",\"data\":{\"text\":\"" + "Hello. ".repeat(20) + "\"}}");
    private final String[] names = new String[USERS];
    private TestNode node;
    private int next;

    @Setup
    public void connect() {
        node = TestNode.on(new Inbox(null, null, (Settings) null, new Metrics()));
        for (int i = 0; i < USERS; i++) {
            names[i] = "guest" + i;
            Connection page = node.connections().open(new Taker(), new Login(names[i], "login", null, true, Set.of()));
            synchronized (page.feed()) {
                page.state = Connection.State.LIVE;
            }
        }
    }

    @TearDown
    public void end() {
        node.kill();
    }

    @Benchmark
    public UserFeed findUser() {
        return node.registry().feed(name());
    }

    @Benchmark
    public int deliver() {
        return node.registry().feed(name()).passing(frame);
    }

    private String name() {
        next = (next + 7919) % USERS; // a prime: neighbours in time are not neighbours in any table
        return names[next];
    }
}
