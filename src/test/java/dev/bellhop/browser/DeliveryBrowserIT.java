package dev.bellhop.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryBrowserIT extends InBrowser {

    @Test
    void aUserLogsInThroughTheForm() {
        String user = newUser();
        Desk desk = desk().logIn(user, "wrong");
        assertThat(desk.page().getByTestId("login-failed")).isVisible();
        desk.logIn(user).awaitConnected();
        assertThat(desk.page().getByTestId("user")).hasText(user);
        assertThat(desk.state()).containsText("Connected");
    }
}
