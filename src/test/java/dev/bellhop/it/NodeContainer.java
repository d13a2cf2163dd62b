package dev.bellhop.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.LifecycleException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;

/**
 * A {@link ServerNode} as Arquillian's container.
 *
 * <p>Why not the servers' own adapters: the demonstration needs the same servers as foreground processes anyway, so the tests
 * start them by the same code; and of those adapters one starts its server only to deploy something, another gets lost when its
 * server is killed.
 */
public final class NodeContainer implements DeployableContainer<NodeContainer.Configuration> {

    private Configuration configuration;

    /** Found by the JDK's service loader. */
    public static final class Extension implements LoadableExtension {
        @Override
        public void register(ExtensionBuilder builder) {
            builder.service(DeployableContainer.class, NodeContainer.class);
        }
    }

    /** The properties in {@code arquillian.xml}. */
    public static final class Configuration implements ContainerConfiguration {
        private String node;
        private String javaVmArguments = "";

        public void setNode(String node) {
            this.node = node;
        }

        public void setJavaVmArguments(String javaVmArguments) {
            this.javaVmArguments = javaVmArguments;
        }

        @Override
        public void validate() {
            if (node == null) {
                throw new IllegalArgumentException("node is missing in arquillian.xml");
            }
        }
    }

    @Override
    public Class<Configuration> getConfigurationClass() {
        return Configuration.class;
    }

    @Override
    public void setup(Configuration read) {
        configuration = read;
    }

    @Override
    public void start() throws LifecycleException {
        try {
            Servers.named(configuration.node).launch(Stream.of(configuration.javaVmArguments.split("\\s+")).filter(option -> !option.isEmpty()).toList());
        } catch (IOException e) {
            throw new LifecycleException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LifecycleException("interrupted", e);
        }
    }

    @Override
    public void stop() {
        Servers.named(configuration.node).shutDown();
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local"); // tests run outside
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) {
        Path war = Servers.target().resolve("it").resolve(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        Servers.named(configuration.node).deploy(war);
        return new ProtocolMetaData();
    }

    @Override
    public void undeploy(Archive<?> archive) {
        Servers.named(configuration.node).undeploy(archive.getName());
    }
}
