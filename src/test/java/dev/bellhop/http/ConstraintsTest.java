package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.stock.Commands;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Bellhop inside a WAR whose constraint is on everything: backends got the login page, with 200. */
class ConstraintsTest {

    private static final String ALL = constraint("<url-pattern>/*</url-pattern>", "<auth-constraint><role-name>user</role-name></auth-constraint>");

    private static String constraint(String collection, String rest) {
        return "<security-constraint><web-resource-collection><web-resource-name>n</web-resource-name>" + collection + "</web-resource-collection>" + rest
                + "</security-constraint>";
    }

    private static Constraints of(String method, String... constraints) throws Exception {
        String xml = "<?xml version=\"1.0\"?><!DOCTYPE web-app PUBLIC \"-//Sun\" \"http://nowhere.invalid/web-app_2_3.dtd\"><web-app>" + String.join("", constraints)
                + "<login-config><auth-method>" + method + "</auth-method></login-config></web-app>";
        return Constraints.parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aConstraintOnEverythingHidesWhatOthersAskFor() throws Exception {
        assertThat(ConstraintsListener.hidden(of("FORM", ALL))).containsExactly("/api/messages", "/health/ready", "/ws");
        assertThat(ConstraintsListener.hidden(of("BASIC", ALL))).as("answered with 401").isEmpty();
        assertThat(ConstraintsListener.hidden(of("FORM"))).isEmpty();
    }

    @Test
    void theLinesOfTheDocumentFreeThem() throws Exception {
        String lines = String.join("", Commands.block(Path.of("src/site/markdown/servers.md"), "web.xml: inside your own WAR"));
        assertThat(ConstraintsListener.hidden(of("FORM", ALL, lines))).isEmpty();
        assertThat(of("FORM", ALL, lines).showLogin("GET", "/hello")).isTrue();
    }

    @Test
    void theBestPatternDecidesAndTheMethodsOnIt() throws Exception {
        String posts = constraint("<url-pattern>/api/*</url-pattern><http-method>POST</http-method>", "<auth-constraint/>");
        assertThat(of("FORM", posts).showLogin("POST", "/api/messages")).isTrue();
        assertThat(of("FORM", posts).showLogin("GET", "/api/messages")).isFalse();
        String gets = constraint("<url-pattern>/api/*</url-pattern><http-method-omission>POST</http-method-omission>", "<auth-constraint/>");
        assertThat(of("FORM", gets).showLogin("POST", "/api/messages")).isFalse();
        String free = constraint("<url-pattern>/health/ready</url-pattern>", "<user-data-constraint><transport-guarantee>NONE</transport-guarantee></user-data-constraint>");
        assertThat(of("FORM", ALL, free).showLogin("GET", "/health/ready")).isFalse();
        assertThat(of("FORM", ALL, free).showLogin("GET", "/health/live")).isTrue();
        String pages = constraint("<url-pattern>*.jsp</url-pattern><url-pattern>/admin/*</url-pattern>", "<auth-constraint/>");
        assertThat(of("FORM", pages).showLogin("GET", "/a.jsp")).isTrue();
        assertThat(of("FORM", pages).showLogin("GET", "/admin")).isTrue();
        assertThat(of("FORM", pages).showLogin("GET", "/administration")).isFalse();
    }
}
