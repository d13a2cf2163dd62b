package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes behind nginx, configured as {@code server-config/proxy} says. */
class ProxyServerIT extends WithServers {

    private Nginx nginx;

    @BeforeEach
    void start() throws IOException {
        nginx = Nginx.before(first, second(), !isLoginShared());
    }

    @AfterEach
    void stop() {
        nginx.close();
    }

    private boolean isLoginShared() {
        return first.server().equals("Open Liberty"); // WildFly: ClusteredSignOnServerIT
    }

    private URI webSocket() {
        return URI.create("ws://" + nginx.host() + "/bellhop/ws");
    }

    private Page open(FormLogin login) {
        return Page.opening(login.cookieHeader(webSocket()).orElseThrow(), webSocket(), "http://" + nginx.host()).join();
    }

    private int status(String path) {
        return FormLogin.none(first).send(HttpRequest.newBuilder(URI.create("http://" + nginx.host() + path))).statusCode();
    }

    @Test
    void theProxysOwnOriginCountsAndStrangersAreRefusedThroughIt() {
        assertThat(refusal(null, "http://" + nginx.host())).isEqualTo(401);
        assertThat(refusal(null, first.origin())).as("another port is another origin").isEqualTo(403);
        assertThat(refusal(null, "https://" + nginx.host())).as("another scheme is another origin").isEqualTo(403);
        assertThat(status("/bellhop/bellhop.js")).isEqualTo(200);
        assertThat(status("/bellhop/metrics")).isEqualTo(404);
        assertThat(status("/bellhop/health/ready")).isEqualTo(404);
    }

    private int refusal(String cookies, String origin) {
        return Page.opening(cookies, webSocket(), origin).handle((page, refused) -> page != null ? 101
                : refused instanceof Page.Refused why ? why.status() : ((Page.Refused) refused.getCause()).status()).join();
    }

    /**
     * Where the login is known on both, pages of one browser spread over both, and when one node dies its pages go on at the other;
     * elsewhere the proxy keeps a browser at one node, and its login with it.
     */
    @Test
    void pagesComeAndResumeThroughIt() {
        boolean shared = isLoginShared();
        FormLogin login = FormLogin.through("http://" + nginx.host(), "guest500", first);
        List<Page> pages = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Page page = open(login);
            page.login();
            pages.add(page);
        }
        redis.add(message("n", to("guest500"), data(0)));
        pages.forEach(page -> page.awaitFrames("n", 1));
        String last = Page.parse(pages.get(0).frames("n").get(0)).getString("id");
        List<Page> broken = new ArrayList<>(pages.subList(0, 3));
        if (shared) {
            second().kill();
            broken = pages.stream().filter(page -> !page.answers()).toList();
            assertThat(broken).as("each second one was there").hasSize(3);
        } else {
            broken.forEach(Page::abort);
        }
        IntStream.range(1, 20).forEach(i -> redis.add(message("n", to("guest500"), data(i))));
        for (int i = 0; i < broken.size(); i++) {
            Page again = open(login);
            assertThat(again.login(last).getJsonObject("data").getBoolean("recovered")).isTrue();
            assertThat(again.awaitFrames("n", 19)).extracting(frame -> Page.parse(frame).getInt("data"))
                    .containsExactlyElementsOf(IntStream.range(1, 20).boxed().toList());
            again.close();
        }
        List<Page> whole = new ArrayList<>(pages);
        whole.removeAll(broken);
        whole.forEach(page -> page.awaitFrames("n", 20));
        whole.forEach(Page::close);
    }
}
