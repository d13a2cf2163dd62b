package dev.bellhop.it;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Liberty;
import dev.bellhop.server.Payara;
import dev.bellhop.server.Server;
import java.nio.file.Path;
import java.util.Set;

/** What an operator does with a running server's own tools. */
interface Management {

    static Management of(Server server, Installation node) {
        if (server instanceof Payara payara) {
            return new PayaraManagement(payara, node);
        }
        return server instanceof Liberty ? new LibertyManagement(node) : new WildFlyManagement(node);
    }

    /** Deploys a WAR under its file's name; returns when it has started. */
    void deploy(Path war);

    /** Undeploys the WAR of that file name; returns when it has stopped. Nothing is there to be undeployed after it was refused. */
    void undeploy(String war);

    /** Sets a property of MicroProfile Config for the next deployment; null takes it away. */
    void setting(String name, String value);

    /** The server's own classes of HTTP sessions and sign-ons. */
    Set<String> loginClasses();
}
