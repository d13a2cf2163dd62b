package dev.bellhop.it;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Payara;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Payara's {@code asadmin}. */
record PayaraManagement(Payara payara, Installation node) implements Management {

    @Override
    public void deploy(Path war) {
        String name = name(war.getFileName().toString());
        asadmin("deploy", "--force=true", "--name", name, "--contextroot", "/" + name, war.toString());
    }

    @Override
    public void undeploy(String war) {
        try {
            asadmin("undeploy", name(war));
        } catch (IllegalStateException refused) {
            if (!refused.getMessage().contains("is not deployed on this target")) {
                throw refused;
            }
        }
    }

    @Override
    public void setting(String name, String value) {
        if (value == null) {
            asadmin("delete-config-property", "--source", "domain", "--propertyName", name);
        } else {
            asadmin("set-config-property", "--source", "domain", "--propertyName", name, "--propertyValue", value);
        }
    }

    @Override
    public Set<String> loginClasses() {
        return Set.of("org.apache.catalina.session.StandardSession", "org.apache.catalina.authenticator.SingleSignOnEntry");
    }

    private static String name(String war) {
        return war.replace(".war", "");
    }

    private String asadmin(String... command) {
        try {
            List<String> all = new ArrayList<>(List.of("--port", Integer.toString(Payara.admin(node.http()))));
            all.addAll(List.of(command));
            return payara.asadmin(all.toArray(String[]::new));
        } catch (IOException refused) {
            throw new IllegalStateException(refused.getMessage(), refused);
        }
    }
}
