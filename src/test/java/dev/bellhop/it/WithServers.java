package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.jboss.arquillian.container.test.api.ContainerController;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test from outside, against the WARs as built, on running servers with a real Redis. All such tests share them: a test
 * takes user names of its own, and what it breaks it repairs.
 */
@ExtendWith(Servers.class)
@ArquillianTest
@Tag("server")
public abstract class WithServers {

    static {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(20)); // a busy machine must not make a test red
    }

    @ArquillianResource
    private ContainerController containers;

    protected final RedisServer redis = Servers.redis();

    /** Runs when the test begins. */
    protected final ServerNode first = Servers.first();

    @BeforeEach
    void startFirst() {
        startAndAwait(first);
    }

    /** A second node on the same Redis; started by the first test that asks for it. */
    protected ServerNode second() {
        return startAndAwait(Servers.second());
    }

    /**
     * Waits until no node knows of an open page of this user. A page that has closed counts as open until its server has noticed;
     * a message that comes before counts as delivered to it.
     */
    protected void awaitOffline(String user) {
        String backend = "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));
        await("offline: " + user).until(() -> FormLogin.none(first).send(HttpRequest.newBuilder()
                .uri(first.http("/bellhop/api/users/" + user)).header("Authorization", backend)).body().contains("\"online\":false"));
    }

    /** Stops the second node if an earlier test has started it: for a test in which all is done by the first. */
    protected void stopSecond() {
        Servers.second().use(containers).stopIfStarted();
    }

    /** Runs the test while the first node asks pages for their login after this time. */
    protected void withLoginCheck(String interval, Runnable test) {
        first.undeploy("bellhop.war");
        first.setting("bellhop.login-check", interval);
        first.deploy("bellhop.war");
        first.awaitReady();
        try {
            test.run();
        } finally {
            first.undeploy("bellhop.war");
            first.setting("bellhop.login-check", null);
            first.deploy("bellhop.war");
            first.awaitReady();
        }
    }

    private ServerNode startAndAwait(ServerNode node) {
        if (node.use(containers).startIfStopped()) {
            node.awaitReady();
        }
        return node;
    }
}
