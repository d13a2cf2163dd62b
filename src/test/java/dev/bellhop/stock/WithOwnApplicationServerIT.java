package dev.bellhop.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.Page;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Applications as people have them, which are not the demonstration, on the server as it is unzipped, behind nginx with TLS. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // one begins what a later one looks at, and the last ones restart the server
class WithOwnApplicationServerIT extends WithSite {

    private static final Desk IDLE = Desk.named("idle").withSessionMinutes(1).withLogoutJar();

    private static Browser idler;
    private static Page idlePage;

    private final List<Desk> deployed = new ArrayList<>();

    private Desk deploy(Desk desk) throws IOException {
        site.deploy(desk);
        deployed.add(desk);
        return desk;
    }

    @AfterEach
    void undeploy() throws IOException {
        for (Desk desk : deployed) {
            site.undeploy(desk);
        }
    }

    private Browser loggedIn(Desk desk) {
        Browser alice = site.browser();
        assertThat(alice.login(desk.path(), "alice", "alice").body()).isEqualTo("Hello alice");
        return alice;
    }

    private static Page page(Browser browser) {
        Page page = browser.open();
        page.login();
        return page;
    }

    private Path servers() {
        return site.checkout().resolve("src/site/markdown/servers.md");
    }

    @Test
    @Order(1)
    void anHttpSessionThatIsLeftAloneBegins() throws IOException {
        site.deploy(IDLE);
        idler = loggedIn(IDLE);
        idlePage = page(idler);
    }

    @Test
    @Order(2)
    void nginxKeepsMetricsAndHealthToTheNodesThemselves() {
        for (String path : List.of("/bellhop/metrics", "/bellhop/health/ready", "/bellhop/health/live")) {
            assertThat(site.browser().get(path).statusCode()).as(path).isEqualTo(404);
            assertThat(site.direct().get(path).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(site.direct().get("/bellhop/metrics").body()).contains("bellhop_connections ").doesNotContain("alice");
    }

    /** The old cookie opens nothing any more, in the application itself; the next login of the same user counts at once. */
    @Test
    @Order(3)
    void afterALogoutTheCookieIsWorthNothingAndTheNextLoginCounts() {
        Desk desk = Desk.named("desk");
        Browser alice = loggedIn(desk);
        Browser thief = alice.copy();
        try (Page page = page(alice)) {
            assertThat(alice.get("/desk/logout").body()).isEqualTo("Goodbye");
            assertThat(page.awaitClose(Duration.ofSeconds(20))).isIn(4401, 1008);
        }
        assertThat(thief.get("/desk/hello").body()).doesNotContain("Hello").contains("j_security_check");
        assertThat(thief.handshake()).isEqualTo(401);
        assertThat(alice.login(desk.path(), "alice", "alice").body()).isEqualTo("Hello alice");
        try (Page again = page(alice)) {
            assertThat(again.answers()).isTrue();
        }
    }

    /** Its web fragments count for nothing, so the listener is named by hand. On Payara the first request that carries the sign-on is the one that ends it. */
    @Test
    @Order(4)
    void anApplicationWhoseWebXmlSaysMetadataComplete() throws Exception {
        Desk desk = deploy(Desk.named("complete").isMetadataComplete().withLogoutJar().withListener());
        Browser alice = loggedIn(desk); // on Payara the page that this leads to brings the cookie, and no request has carried it yet
        List<String> announced = new CopyOnWriteArrayList<>();
        RedisClient client = RedisClient.create("redis://admin:change-me-admin@localhost:" + site.redisPort());
        try (StatefulRedisPubSubConnection<String, String> other = client.connectPubSub(); Page page = page(alice)) {
            other.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String text) {
                    announced.add(text);
                }
            });
            other.sync().subscribe("bellhop:{alice}");
            String login = digest(alice.signOn().orElseThrow());
            assertThat(alice.get(desk.path() + "/logout").body()).isEqualTo("Goodbye");
            assertThat(page.awaitClose(Duration.ofSeconds(20))).isIn(4401, 1008);
            await().untilAsserted(() -> assertThat(announced).as("so that the other nodes hear of it").contains("l" + login));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    private static String digest(String secret) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)), 0, 16);
    }

    /** With that setting nobody gets in, which bellhop.xml says; the log names the place to look. */
    @Test
    @Order(5)
    void onOpenLibertyALoginThatEndsWithItsHttpSession() throws IOException {
        assumeThat(site.server()).isEqualTo("liberty");
        Path override = site.stock().home.resolve("usr/servers/desk/configDropins/overrides/expire.xml");
        Files.writeString(override, "<server><webAppSecurity logoutOnHttpSessionExpire=\"true\"/></server>");
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> loggedIn(Desk.named("desk")).handshake() == 401);
            assertThat(site.stock().logged()).contains("A handshake came with the single sign-on's cookie LtpaToken2", "\"Nobody gets in\" in servers.md");
        } finally {
            Files.delete(override);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> loggedIn(Desk.named("desk")).handshake() == 101);
    }

    /** Elytron tells the applications of a logout by requests to their public address, which this server does not know. */
    @Test
    @Order(6)
    void onWildFlyACallThatFailsLeavesNoPageOpen() throws IOException {
        assumeThat(site.server()).isEqualTo("wildfly");
        int before = site.stock().logged().split("ELY06008", -1).length;
        Browser alice = loggedIn(Desk.named("desk"));
        List<Page> pages = List.of(page(alice), page(alice), page(alice));
        assertThat(alice.get("/desk/logout").body()).isEqualTo("Goodbye");
        assertThat(pages).allSatisfy(page -> assertThat(page.awaitClose(Duration.ofSeconds(20))).isEqualTo(4401));
        assertThat(site.stock().logged().split("ELY06008", -1)).as("calls that failed").hasSizeGreaterThan(before);
    }

    /** That an HTTP session has expired is no logout: the page shows its login again, and is back. */
    @Test
    @Order(7)
    void anHttpSessionThatHasBeenLeftAloneLogsNobodyOut() throws IOException {
        try {
            assertThat(idlePage.awaitClose(Duration.ofSeconds(150))).isEqualTo(1001);
            assertThat(idlePage.closeReason()).isEqualTo("login check");
            try (Page again = page(idler)) {
                assertThat(again.answers()).isTrue();
            }
            assertThat(idler.get("/idle/hello").body()).isEqualTo("Hello alice");
        } finally {
            site.undeploy(IDLE);
        }
    }

    /** Payara keeps the sign-ons of two realms apart. The log says that something is wrong, and servers.md what to do. */
    @Test
    @Order(8)
    void anApplicationWithARealmNameOfItsOwn() throws IOException {
        Desk desk = deploy(Desk.named("realm").withRealm("Our own realm"));
        Browser alice = loggedIn(desk);
        if (site.server().equals("payara")) {
            assertThat(alice.handshake()).isEqualTo(401);
            assertThat(site.stock().logged()).contains("A handshake came with the single sign-on's cookie JSESSIONIDSSO", "\"Nobody gets in\" in servers.md");
            for (Commands.Step step : Commands.of(servers(), "a realm of its own")) {
                site.run(step);
            }
            site.stock().awaitReady();
        }
        try (Page page = page(alice)) {
            assertThat(page.answers()).isTrue();
        } finally {
            if (site.server().equals("payara")) {
                site.run(new Commands.Step("as before", "bin/asadmin deploy --force \"$BELLHOP/target/bellhop.war\""));
                site.stock().awaitReady();
            }
        }
    }

    /** What the shipped file has as a line to be taken in has the server know that its users come over HTTPS. */
    @Test
    @Order(9)
    void aServerThatKnowsOfItsProxySendsNobodyToPlainHttp() throws Exception {
        if (!site.server().equals("liberty")) { // whose redirects name no scheme
            assertThat(loggedIn(Desk.named("desk")).visited()).as("by a detour, without that line").anyMatch(uri -> uri.getScheme().equals("http"));
            site.behindProxy();
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(loggedIn(Desk.named("desk")).visited()).allMatch(uri -> uri.getScheme().equals("https")));
        Browser alice = loggedIn(Desk.named("desk"));
        int failed = site.stock().logged().split("ELY06008", -1).length;
        try (Page page = page(alice)) {
            assertThat(alice.get("/desk/logout").body()).isEqualTo("Goodbye");
            assertThat(page.awaitClose(Duration.ofSeconds(20))).isIn(4401, 1008);
        }
        assertThat(site.stock().logged().split("ELY06008", -1)).as("calls that failed: the server reaches its public address and trusts it").hasSize(failed);
    }

    /** Elytron's requests reach the public address then, and end at its certificate, which comes from an authority that the JDK does not know. */
    @Test
    @Order(10)
    void onWildFlyACertificateThatTheServerDoesNotTrustLeavesNoPageOpen() throws Exception {
        assumeThat(site.server()).isEqualTo("wildfly");
        site.stock().stop();
        // why added: of an option that is there twice, the last one counts
        site.stock().javaOptions(List.of("-Djavax.net.ssl.trustStore=" + Path.of(System.getProperty("java.home"), "lib", "security", "cacerts"),
                "-Djavax.net.ssl.trustStorePassword=changeit"));
        site.stock().start();
        site.stock().awaitReady();
        Browser alice = loggedIn(Desk.named("desk"));
        assertThat(alice.visited()).as("the server knows its public address").allMatch(uri -> uri.getScheme().equals("https"));
        List<Page> pages = List.of(page(alice), page(alice), page(alice));
        assertThat(alice.get("/desk/logout").body()).isEqualTo("Goodbye");
        assertThat(pages).allSatisfy(page -> assertThat(page.awaitClose(Duration.ofSeconds(20))).isEqualTo(4401));
        await().untilAsserted(() -> assertThat(site.stock().logged()).contains("ELY06008", "SSLHandshakeException", "unable to find valid certification path"));
        assertThat(alice.handshake()).as("nobody is logged in any more").isEqualTo(401);
    }
}
