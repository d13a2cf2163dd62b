package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** At a login check a page comes by another connection before the old one goes: nothing is missed, and nothing comes twice. */
class LoginCheckServerIT extends WithServers {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger ticks = new AtomicInteger();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    /** Every 10 ms a message that is not kept. */
    private void tick(String user) {
        timer.scheduleAtFixedRate(() -> redis.publish(message("tick", to(user), data(ticks.getAndIncrement()))),
                0, 10, TimeUnit.MILLISECONDS);
    }

    private int stopTicking() {
        timer.shutdown();
        await().until(timer::isTerminated);
        return ticks.get();
    }

    /** As if an HTTP session had expired, of nobody knows which login: pages that have been open for ten seconds show theirs. */
    private void askForLogins(String user) {
        redis.commands().publish("bellhop:{" + user + "}", "c");
    }

    private static int number(JsonObject tick) {
        return tick.getInt("data");
    }

    private static void assertEachOnce(int count, Stream<JsonObject> one, Stream<JsonObject> other) {
        List<Integer> numbers = new ArrayList<>(Stream.concat(one, other).map(LoginCheckServerIT::number).toList());
        numbers.sort(null);
        assertThat(numbers).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    @Test
    void aMessageThatIsNotKeptComesByOneOfTheTwoOnce() throws Exception {
        FormLogin login = FormLogin.as("guest620", first);
        Page old = Page.loggedIn(login);
        tick("guest620");
        await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(40)).until(() -> {
            askForLogins("guest620");
            return !old.frames("login_check").isEmpty();
        });
        String name = old.awaitType("login_check").getJsonObject("data").getString("connection");
        try (Page fresh = Page.open(login)) {
            fresh.send("{\"msg_type\":\"login\",\"data\":{\"replaces\":\"" + name + "\"}}");
            assertThat(fresh.awaitType("login").getJsonObject("data").getBoolean("replaced")).isTrue();
            old.send(message("ping")); // it still takes what the page had sent
            old.awaitType("pong");
            assertThat(old.awaitClose()).isEqualTo(1001);
            assertThat(old.closeReason()).isEqualTo("login check");
            int count = stopTicking();
            fresh.awaitFrame(frame -> frame.getString("msg_type").equals("tick") && number(frame) == count - 1);
            assertEachOnce(count, old.frames("tick").stream().map(Page::parse), fresh.frames("tick").stream().map(Page::parse));
        }
    }

    /** As it happens by itself, time after time: the HTTP session on which the page hangs expires, and with it some servers close the connection. */
    @Test
    void whenTheHttpSessionExpiresToo() {
        withLoginCheck("PT2S", () -> {
            FormLogin login = FormLogin.as("guest624", first);
            List<Page> pages = new ArrayList<>(List.of(Page.loggedIn(login)));
            tick("guest624");
            for (int check = 0; check < 4; check++) {
                Page old = pages.get(check);
                String name = old.awaitType("login").getJsonObject("data").getString("connection");
                await().atMost(Duration.ofMinutes(1)).until(() -> !old.frames("login_check").isEmpty() || !old.isOpen());
                Page fresh = Page.open(login);
                pages.add(fresh);
                fresh.send("{\"msg_type\":\"login\",\"data\":{\"replaces\":\"" + name + "\"}}");
                assertThat(fresh.awaitType("login").getJsonObject("data").getBoolean("replaced")).isTrue();
            }
            int count = stopTicking();
            Page last = pages.get(pages.size() - 1);
            last.awaitFrame(frame -> frame.getString("msg_type").equals("tick") && number(frame) == count - 1);
            assertEachOnce(count, pages.stream().flatMap(page -> page.frames("tick").stream().map(Page::parse)), Stream.empty());
            last.close();
        });
    }

    /** A page on a slow network: the server has closed the old connection before the new one is there. */
    @Test
    void whenThePageTakesLongerThanTheServerWaits() {
        FormLogin login = FormLogin.as("guest625", first);
        Page old = Page.loggedIn(login);
        tick("guest625");
        await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(40)).until(() -> {
            askForLogins("guest625");
            return !old.frames("login_check").isEmpty();
        });
        String name = old.awaitType("login_check").getJsonObject("data").getString("connection");
        assertThat(old.awaitClose()).isEqualTo(1001);
        try (Page fresh = Page.open(login)) {
            fresh.send("{\"msg_type\":\"login\",\"data\":{\"replaces\":\"" + name + "\"}}");
            assertThat(fresh.awaitType("login").getJsonObject("data").getBoolean("replaced")).isTrue();
            int count = stopTicking();
            fresh.awaitFrame(frame -> frame.getString("msg_type").equals("tick") && number(frame) == count - 1);
            assertEachOnce(count, old.frames("tick").stream().map(Page::parse), fresh.frames("tick").stream().map(Page::parse));
        }
    }

    @Test
    void onAStreamToo() throws Exception {
        FormLogin login = FormLogin.as("guest621", first);
        try (EventStream old = EventStream.open(login, "").read()) {
            old.awaitType("login");
            tick("guest621");
            await().pollInterval(Duration.ofMillis(500)).atMost(Duration.ofSeconds(40)).until(() -> {
                askForLogins("guest621");
                return !old.frames("login_check").isEmpty();
            });
            String name = old.awaitType("login_check").getJsonObject("data").getString("connection");
            try (EventStream fresh = EventStream.open(login, "replaces=" + name).read()) {
                assertThat(fresh.awaitType("login").getJsonObject("data").getBoolean("replaced")).isTrue();
                assertThat(old.awaitType("close").getJsonObject("data").getString("reason")).isEqualTo("login check");
                await().until(old::isOver);
                int count = stopTicking();
                await().until(() -> fresh.frames("tick").stream().anyMatch(frame -> number(frame) == count - 1));
                assertEachOnce(count, old.frames("tick").stream(), fresh.frames("tick").stream());
            }
        }
    }

    @Test
    void nobodyTakesThePlaceOfAnotherUsersConnection() {
        FormLogin login = FormLogin.as("guest622", first);
        try (EventStream other = EventStream.open(FormLogin.as("guest623", first), "").read()) {
            String name = other.awaitType("login").getJsonObject("data").getString("connection");
            try (EventStream stream = EventStream.open(login, "replaces=" + name).read()) {
                assertThat(stream.awaitType("login").getJsonObject("data").containsKey("replaced")).isFalse();
            }
            redis.publish(message("still", to("guest623")));
            other.awaitType("still");
        }
    }
}
