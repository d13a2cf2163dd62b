package dev.bellhop.live;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.RedisServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the application beside Bellhop can say about a login, and what it does on two nodes with one real Redis. */
class LoginsIT {
    private static final int LOGIN_CHECK = 1001;
    private static final int LOGIN_ENDED = 4401;

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode one = TestNode.start(redis).awaitRedis().withPages();
    private static final TestNode two = TestNode.start(redis).awaitRedis().withPages();

    @BeforeAll
    static void start() {
        one.logins().start("/bellhop");
    }

    @AfterAll
    static void stop() {
        one.logins().stop();
    }

    private static TestPage loggedIn(TestNode node, String user) {
        TestPage page = node.open(user).login(null);
        await().until(() -> page.from() != null);
        return page;
    }

    private static String login(String user) {
        return "login of " + user; // as TestPage has it
    }

    private static void tell(String what, String user, String login) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : server.queryNames(new ObjectName("dev.bellhop:type=Logins,*"), null)) {
            server.invoke(name, what, new Object[] {user, login}, new String[] {String.class.getName(), String.class.getName()});
        }
    }

    private static boolean isRemembered(String user) {
        return !one.inbox().login(user, null, null, 1, List.of(login(user))).join().ended().isEmpty();
    }

    @Test
    void aLoginThatHasEndedClosesItsPagesEverywhereAndLetsNoneComeBack() throws Exception {
        TestPage here = loggedIn(one, "ended");
        TestPage there = loggedIn(two, "ended");
        tell("ended", "ended", login("ended"));
        await().until(() -> here.closeCode() == LOGIN_ENDED && there.closeCode() == LOGIN_ENDED);
        TestPage back = two.open("ended").login(null);
        await().until(() -> back.closeCode() == LOGIN_ENDED);
        assertThat(isRemembered("ended")).isTrue();
    }

    @Test
    void anHttpSessionThatSomebodyEndsClosesThePagesEverywhereAndTheServerDecidesWhoComesBack() throws Exception {
        TestPage here = loggedIn(one, "left");
        TestPage there = loggedIn(two, "left");
        tell("sessionEnded", "left", login("left"));
        await().until(() -> here.closeCode() == LOGIN_ENDED && there.closeCode() == LOGIN_ENDED);
        assertThat(isRemembered("left")).isFalse();
        TestPage back = loggedIn(two, "left");
        assertThat(back.closeCode()).isZero();
    }

    @Test
    void anExpiredHttpSessionHasThePagesOfThatLoginAloneShowItAgainEverywhere() throws Exception {
        TestPage here = loggedIn(one, "idle");
        TestPage there = loggedIn(two, "idle");
        tell("check", "idle", "another login");
        tell("check", "idle", login("idle"));
        await().until(() -> here.closeCode() != 0 && there.closeCode() != 0);
        assertThat(here.closeCode()).isEqualTo(LOGIN_CHECK);
        assertThat(there.closeCode()).isEqualTo(LOGIN_CHECK);
        assertThat(isRemembered("idle")).isFalse();
        loggedIn(one, "idle");
    }

    /** As a page does that knows {@code login_check}: what is not kept comes by one of the two. */
    @Test
    void aPageThatComesByAnotherConnectionTakesThePlaceOfTheOldOne() throws Exception {
        TestPage old = loggedIn(one, "replacing");
        tell("check", "replacing", login("replacing"));
        await().until(() -> old.frames().stream().anyMatch(frame -> frame.contains("login_check")));
        TestPage fresh = one.open("replacing");
        fresh.send("{\"msg_type\":\"login\",\"data\":{\"replaces\":\"" + old.connection().id() + "\"}}");
        await().until(() -> fresh.from() != null);
        assertThat(fresh.frames().get(0)).contains("\"replaced\":true");
        redis.publish(message("passing", to("replacing")));
        await().until(() -> fresh.frames().stream().anyMatch(frame -> frame.contains("passing")));
        assertThat(old.frames()).noneMatch(frame -> frame.contains("passing"));
        old.login(null); // too late
        await().until(() -> old.closeCode() == LOGIN_CHECK);
        assertThat(old.frames().stream().filter(frame -> frame.contains("\"login\""))).hasSize(1);
        assertThat(fresh.closeCode()).isZero();
    }

    /** A page that has just shown its login is left alone, or a program that logs in without cookies would never let it rest. */
    @Test
    void whereTheLoginIsNotKnownAllPagesOfTheUserAreAskedButNoneThatIsYoung() throws Exception {
        long opened = System.nanoTime();
        TestPage page = loggedIn(one, "unknown");
        TestPage other = loggedIn(one, "somebody else");
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            tell("check", "unknown", "");
            return page.closeCode() != 0;
        });
        assertThat(page.closeCode()).isEqualTo(LOGIN_CHECK);
        assertThat(Duration.ofNanos(System.nanoTime() - opened)).isGreaterThan(Duration.ofSeconds(10));
        assertThat(other.closeCode()).isZero();
    }
}
