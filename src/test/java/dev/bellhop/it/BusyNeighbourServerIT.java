package dev.bellhop.it;

import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.neighbour.Hog;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another application has taken every thread that the server's default executors give it. It stops nothing of Bellhop's. */
class BusyNeighbourServerIT extends WithServers {

    private static final String HOG = "hog";

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = HOG, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive hog() {
        return ShrinkWrap.create(WebArchive.class, HOG + ".war").addClass(Hog.class);
    }

    @BeforeEach
    void deploy() {
        deployer.deploy(HOG);
    }

    @AfterEach
    void undeploy() {
        FormLogin.none(first).get("/hog/give");
        deployer.undeploy(HOG);
    }

    private String busy() {
        return FormLogin.none(first).get("/hog/take?tasks=0").body();
    }

    @Test
    void deliveryIngestLoginSweepingAndClosingGoOn() {
        FormLogin login = FormLogin.as("guest110", first);
        Page page = Page.loggedIn(login);
        FormLogin.none(first).get("/hog/take?tasks=200");
        await().until(() -> !busy().equals("0"));
        Page silent = Page.open(FormLogin.as("guest111", first));
        redis.publish(message("now", to("guest110")));
        page.awaitType("now");
        redis.add(message("kept", to("guest110")));
        page.awaitType("kept");
        redis.schedule(redis.time() + 2, message("due", to("guest110")));
        page.awaitType("due");
        page.send(message("ping"));
        page.awaitType("pong");
        Page later = Page.loggedIn(login);
        assertThat(FormLogin.none(first).get("/bellhop/health/ready").statusCode()).isEqualTo(200);
        redis.commands().publish("bellhop:{guest110}", "d4403");
        assertThat(page.awaitClose()).isEqualTo(4403);
        assertThat(later.awaitClose()).isEqualTo(4403);
        assertThat(silent.awaitClose()).as("swept").isEqualTo(4408);
        assertThat(busy()).as("all this time").isNotEqualTo("0");
    }
}
