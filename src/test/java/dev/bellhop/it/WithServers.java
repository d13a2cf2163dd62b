package dev.bellhop.it;

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

    @ArquillianResource
    private ContainerController containers;

    protected final Redis redis = Servers.redis();

    /** Runs when the test begins. */
    protected final Node first = Servers.first();

    @BeforeEach
    void startFirst() {
        startAndAwait(first);
    }

    /** A second node on the same Redis; started by the first test that asks for it. */
    protected Node second() {
        return startAndAwait(Servers.second());
    }

    private Node startAndAwait(Node node) {
        if (node.use(containers).startIfStopped()) {
            node.awaitReady();
        }
        return node;
    }
}
