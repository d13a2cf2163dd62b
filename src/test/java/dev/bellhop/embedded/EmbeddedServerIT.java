package dev.bellhop.embedded;

import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.MessageText;
import dev.bellhop.it.Page;
import dev.bellhop.it.WithServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import jakarta.json.JsonObject;
import java.io.File;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bellhop in the WAR of an existing application, by its classes jar and libraries in {@code WEB-INF/lib}: everything is found
 * there, and the application's own login counts. It has a database of Redis to itself, as {@code bellhop.war} runs beside it.
 */
class EmbeddedServerIT extends WithServers {

    private static final String APP = "app";
    private static final String DUE = "{websocket}:app:due";

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = APP, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive application() {
        Path target = Path.of(System.getProperty("project.basedir")).resolve("target");
        File[] libraries = target.resolve("bellhop/WEB-INF/lib").toFile().listFiles();
        return ShrinkWrap.create(WebArchive.class, APP + ".war")
                // why distributable: an HTTP session of that kind is another thing outside its request, where a page's login is looked at
                .setWebXML(new StringAsset("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\"><distributable/></web-app>"))
                .addClasses(FrontDoor.class, Concierge.class, Concierge.Parcel.class, Concierge.Note.class)
                .addAsLibrary(target.resolve("bellhop-classes.jar").toFile())
                .addAsLibraries(libraries)
                // the ordinal: above the system property that bellhop.war has its Redis from
                .addAsResource(new StringAsset("""
                        config_ordinal=500
                        bellhop.redis.uri=%s
                        bellhop.user.session-attribute=guest
                        bellhop.key-prefix=app:
                        bellhop.channel=app:channel
                        bellhop.scheduled-key=%s
                        """.formatted(database(), DUE)), "META-INF/microprofile-config.properties");
    }

    private static String database() {
        return System.getProperty("it.redis.uri") + "/1";
    }

    @BeforeEach
    void deploy() {
        deployer.deploy(APP);
        await().ignoreExceptions().until(() -> FormLogin.none(first).get("/app/health/ready").statusCode() == 200);
    }

    @AfterEach
    void undeploy() {
        deployer.undeploy(APP);
    }

    private URI webSocket() {
        return URI.create(first.webSocket().toString().replace("/bellhop/", "/app/"));
    }

    private FormLogin enter(String user) {
        FormLogin login = FormLogin.none(first);
        assertThat(login.get("/app/door/enter?user=" + user).statusCode()).isEqualTo(200);
        return login;
    }

    private Page open(FormLogin login) {
        Page page = Page.open(login, webSocket());
        page.login();
        return page;
    }

    private String get(String path) {
        HttpResponse<String> response = FormLogin.none(first).get("/app" + path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return response.body();
    }

    @Test
    void whatTheApplicationPublishesReachesItsUserAndWhatThePageSendsReachesTheApplication() {
        Page ann = open(enter("ann"));
        Page bea = open(enter("bea"));
        JsonObject login = ann.awaitType("login").getJsonObject("data");
        assertThat(login.getString("user_id")).isEqualTo("ann");

        String id = get("/door/announce?user=ann");
        assertThat(ann.awaitFrames("parcel", 1)).containsExactly("{\"id\":\"" + id + "\",\"msg_type\":\"parcel\",\"data\":{\"from\":\"a friend\",\"weight\":7}}");
        get("/door/remind?user=ann");
        assertThat(ann.frames("reminder")).isEmpty();
        ann.awaitType("reminder");

        ann.send("{\"msg_type\":\"returned\",\"data\":{\"from\":\"ann\",\"weight\":8}}");
        ann.send("{\"msg_type\":\"returned\",\"data\":{\"from\":\"ann\",\"weight\":9}}");
        await().untilAsserted(() -> assertThat(get("/door/heard").lines()).containsExactlyInAnyOrder(
                "at once: ann returned {\"from\":\"ann\",\"weight\":8}", "async: ann returned weighs 8",
                "at once: ann returned {\"from\":\"ann\",\"weight\":9}", "async: ann returned weighs 9"));

        get("/door/announce?user=bea");
        bea.awaitType("parcel");
        assertThat(bea.frames()).as("only her own").hasSize(2);
        assertThat(ann.frames("parcel")).hasSize(1);
    }

    /** The jar's filter, listeners, endpoint and timer are all found; what nobody publishes through the application arrives too. */
    @Test
    void producersReachItsPagesThroughItsOwnKeysAndTheApplicationsBesideItDoNot() {
        RedisClient client = RedisClient.create(database());
        try (StatefulRedisConnection<String, String> own = client.connect(); Page ann = open(enter("ann"))) {
            own.sync().zadd(DUE, redis.time() + 1.2, MessageText.message("due", to("ann")));
            own.sync().publish("app:channel", MessageText.message("passing", to("ann")));
            redis.publish(MessageText.message("stranger", to("ann")));
            redis.add(MessageText.message("stranger", to("ann")));
            ann.awaitType("passing");
            ann.awaitType("due");
            assertThat(ann.frames("stranger")).isEmpty();
            assertThat(own.sync().exists("app:{ann}:inbox")).isEqualTo(1);
            await().untilAsserted(() -> assertThat(redis.commands().exists("bellhop:{ann}:inbox")).isEqualTo(1));
            assertThat(redis.commands().exists("app:{ann}:inbox")).isZero();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @Test
    void leavingClosesThePagesOfThatLoginAndWhoHasNotEnteredIsRefused() {
        assertThat(FormLogin.none(first).get("/app/ws").statusCode()).isEqualTo(401);
        assertThat(FormLogin.as("alice", first).get("/app/ws").statusCode()).as("the server's login is not the application's").isEqualTo(401);
        FormLogin here = enter("ann");
        List<String> announced = new CopyOnWriteArrayList<>();
        RedisClient client = RedisClient.create(database());
        try (Page page = open(here); Page tab = open(here); Page elsewhere = open(enter("ann")); StatefulRedisPubSubConnection<String, String> other = client.connectPubSub()) {
            other.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String text) {
                    announced.add(text);
                }
            });
            other.sync().subscribe("app:{ann}");
            assertThat(here.get("/app/api/me/messages?limit=1").statusCode()).isEqualTo(200);
            here.get("/app/door/leave");
            // 1008 where the server itself is first; a page then asks the API, which says 401
            assertThat(List.of(page.awaitClose(), tab.awaitClose())).allMatch(code -> code == 4401 || code == 1008);
            assertThat(here.get("/app/api/me/messages?limit=1").statusCode()).isEqualTo(401);
            assertThat(here.get("/app/ws").statusCode()).isEqualTo(401);
            await().untilAsserted(() -> assertThat(announced).as("so that other nodes hear of it").anyMatch(text -> text.startsWith("l")));
            get("/door/announce?user=ann");
            elsewhere.awaitType("parcel");
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    @Test
    void itServesTheBrowserModulesOfTheJar() throws Exception {
        Path webapp = Path.of(System.getProperty("project.basedir")).resolve("src/main/webapp");
        List<String> files;
        try (Stream<Path> all = Files.list(webapp)) {
            files = all.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("bellhop")).toList();
        }
        assertThat(files).contains("bellhop.js", "bellhop.d.ts", "bellhop-bell.js", "bellhop-connection.js");
        for (String file : files) {
            HttpResponse<String> response = FormLogin.none(first).get("/app/" + file);
            assertThat(response.statusCode()).as(file).isEqualTo(200);
            assertThat(response.body()).isEqualTo(Files.readString(webapp.resolve(file)));
            assertThat(!file.endsWith(".js") || response.headers().firstValue("Content-Type").orElse("").contains("javascript")).isTrue();
        }
    }
}
