package dev.bellhop.config;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.ConfigProvider;

/** Offers the {@link Settings} to every bean. */
@SingleInstance
class SettingsProducer {

    @Produces
    @Singleton // why not @ApplicationScoped: a record cannot be proxied
    Settings settings() {
        return Settings.read(ConfigProvider.getConfig());
    }

    /** Refuses the deployment over a bad setting; servers differ in whether a failing listener does. */
    public static class Check implements Extension {
        void check(@Observes AfterDeploymentValidation validation) {
            try {
                Settings.read(ConfigProvider.getConfig());
            } catch (IllegalArgumentException refused) {
                System.getLogger(Settings.class.getName()).log(System.Logger.Level.ERROR, "Bellhop does not start: {0}", refused.getMessage());
                validation.addDeploymentProblem(refused);
            }
        }
    }
}
