package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** See {@link HostileBrowserIT}: the same for the names of users, which the server's realm decides on. */
class HostileNamesBrowserIT extends InBrowser {

    @Test
    void aUsersNameMayBeAnything() throws IOException {
        Path configuration = screenshots().resolveSibling("it/node1/configuration");
        String name = "<img/src\\=x/onerror\\=alert(1)>\"'&{a}*";
        Files.writeString(configuration.resolve("demo-users.properties"), name + "=secret\n", StandardOpenOption.APPEND);
        Files.writeString(configuration.resolve("demo-roles.properties"), name + "=user\n", StandardOpenOption.APPEND);
        String user = name.replace("\\", "");
        Desk desk = desk().logIn(user, "secret").awaitConnected();
        assertThat(desk.page().getByTestId("user")).hasText(user);
        backend.publish(user, "now");
        backend.post(user, "kept");
        assertThat(desk.awaitShown(2)).containsExactly("now", "kept");
        assertThat(desk.badge()).hasText("1");
        desk.openBell();
        assertThat(desk.entries()).hasCount(1);
    }
}
