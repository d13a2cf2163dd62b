package dev.bellhop.it;

import dev.bellhop.server.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.as.controller.client.helpers.ClientConstants;
import org.jboss.dmr.ModelNode;

/** WildFly's management interface. */
record WildFlyManagement(Installation node) implements Management {

    private static final int DISTANCE = 1910; // from the HTTP port

    @Override
    public void deploy(Path war) {
        String name = war.getFileName().toString();
        List<String> known = manage(request("read-children-names", "child-type", "deployment")).asList().stream().map(ModelNode::asString).toList();
        if (known.contains(name)) { // the deployment scanner's: it stays in the model when it is undeployed
            manage(on("deploy", "deployment", name));
            return;
        }
        ModelNode add = on("add", "deployment", name);
        add.get("enabled").set(true);
        ModelNode content = new ModelNode();
        content.get("archive").set(true);
        content.get("path").set(war.toAbsolutePath().toString());
        add.get("content").add(content);
        manage(add);
    }

    @Override
    public void undeploy(String war) {
        manage(on("undeploy", "deployment", war));
    }

    @Override
    public void setting(String name, String value) {
        ModelNode request = on(value == null ? "remove" : "add", "system-property", name);
        if (value != null) {
            request.get("value").set(value);
        }
        manage(request);
    }

    @Override
    public Set<String> loginClasses() {
        return Set.of("io.undertow.server.session.InMemorySessionManager$SessionImpl");
    }

    private static ModelNode on(String operation, String kind, String name) {
        ModelNode request = new ModelNode();
        request.get(ClientConstants.OP).set(operation);
        request.get(ClientConstants.OP_ADDR).add(kind, name);
        return request;
    }

    private static ModelNode request(String operation, String name, String value) {
        ModelNode request = new ModelNode();
        request.get(ClientConstants.OP).set(operation);
        request.get(ClientConstants.OP_ADDR).setEmptyList();
        request.get(name).set(value);
        return request;
    }

    private ModelNode manage(ModelNode request) {
        try (ModelControllerClient client = ModelControllerClient.Factory.create("localhost", node.http() + DISTANCE)) {
            ModelNode answer = client.execute(request);
            if (!answer.get("outcome").asString().equals("success")) {
                throw new IllegalStateException(answer.toString());
            }
            return answer.get("result");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
