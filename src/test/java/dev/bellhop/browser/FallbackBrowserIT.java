package dev.bellhop.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import dev.bellhop.it.Nginx;
import dev.bellhop.it.RedisServer;
import io.lettuce.core.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Behind a proxy that lets no WebSocket through, and that buffers: pages use server-sent events, and users do not notice. */
class FallbackBrowserIT extends InBrowser {

    private Nginx nginx;
    /** A proxy on the way that takes handshakes and says nothing. */
    private ServerSocket silence;

    @Override
    protected String origin() {
        if (nginx == null) {
            before(0);
        }
        return "http://localhost:" + nginx.port();
    }

    private void before(int silent) {
        try {
            nginx = Nginx.withoutWebSockets(screenshots().resolve("../it/nginx-without-websockets-" + silent).normalize(), first, silent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        nginx.close();
        if (silence != null) {
            silence.close();
        }
    }

    /** Milliseconds from its beginning until a connection of its own is logged in. */
    private static double untilLoggedIn(Page page) {
        return ((Number) page.evaluate("""
                async () => {
                  const { Bellhop } = await import('/bellhop/bellhop.js');
                  const begun = performance.now();
                  sessionStorage.clear();
                  window.hop = new Bellhop({ shared: false });
                  await new Promise((resolve) => hop.on('login', resolve));
                  return performance.now() - begun;
                }
                """)).doubleValue();
    }

    @Test
    void whereWebSocketsAreRefusedMessagesComeAsEventsAndTheNextPageDoesNotTryAgain() {
        connectEachPage();
        expectBrokenConnections();
        String user = newUser();
        Desk desk = desk(user);
        backend.publish(user, "passing");
        backend.post(user, "kept");
        assertThat(desk.awaitShown(2)).as("nothing is held back").containsExactly("passing", "kept");
        AtomicInteger tried = new AtomicInteger();
        desk.page().onWebSocket(socket -> tried.incrementAndGet());
        desk.page().reload();
        desk.awaitConnected();
        backend.post(user, "after the reload");
        assertThat(desk.awaitShown(3)).endsWith("after the reload");
        assertThat(tried).as("it is remembered that none gets through").hasValue(0);

        assertThat(untilLoggedIn(desk.page())).as("milliseconds where it is not").isLessThan(3_000);
        desk.page().evaluate("hop.send('hello', { from: 'a stream' })");
        await().until(() -> redis.commands().xrange(RedisServer.CONSUMER_STREAM, Range.unbounded()).stream()
                .anyMatch(entry -> user.equals(entry.getBody().get("from_user_id")) && "hello".equals(entry.getBody().get("msg_type"))));
        desk.page().evaluate("hop.close()");

        // five minutes later
        tried.set(0);
        desk.page().addInitScript("const real = Date.now; Date.now = () => real() + 301_000;");
        desk.page().reload();
        desk.awaitConnected();
        desk.page().waitForCondition(() -> tried.get() > 0);
    }

    @Test
    void whereAHandshakeIsNeverAnsweredEventsAreTriedAfterTwoSeconds() throws IOException {
        silence = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        nginx.close();
        before(silence.getLocalPort());
        connectEachPage();
        expectBrokenConnections();
        useContext(options());
        connectEachPage();
        String user = newUser();
        Desk desk = desk(user);
        backend.publish(user, "passing");
        assertThat(desk.awaitShown(1)).containsExactly("passing");
        // why not three seconds: these machines are busy
        assertThat(untilLoggedIn(desk.page())).isBetween(1_500.0, 5_000.0);
    }

    @Test
    void allTabsShareOneStream() {
        expectBrokenConnections();
        String user = newUser();
        Desk one = desk(user);
        Desk two = desk().awaitConnected();
        backend.publish(user, "passing");
        assertThat(one.awaitShown(1)).containsExactly("passing");
        assertThat(two.awaitShown(1)).containsExactly("passing");
        assertThat(backend.connections(user)).isEqualTo(1);
    }
}
