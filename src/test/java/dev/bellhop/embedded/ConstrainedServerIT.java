package dev.bellhop.embedded;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.it.FormLogin;
import dev.bellhop.it.Page;
import dev.bellhop.it.WithServers;
import dev.bellhop.stock.Commands;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * Bellhop in the WAR of an application whose security constraint is on everything: without the lines that servers.md gives, nobody
 * takes the login page for an answer; with them, backends and load balancers get through.
 */
class ConstrainedServerIT extends WithServers {

    private static final String CLOSED = "closed";
    private static final String OPEN = "open";
    private static final Path CHECKOUT = Path.of(System.getProperty("project.basedir", ""));
    private static final String PAGE = "<!DOCTYPE html><html lang=\"en\"><title>Page</title><p>Hello</html>";
    private static final String LOGIN = """
            <!DOCTYPE html><html lang="en"><title>Log in</title><form method="post" action="j_security_check">
            <input name="j_username"><input name="j_password" type="password"><button>Log in</button></form></html>
            """;

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = CLOSED, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive closed() {
        return application(CLOSED, "");
    }

    @Deployment(name = OPEN, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive open() {
        return application(OPEN, String.join("\n", Commands.block(CHECKOUT.resolve("src/site/markdown/servers.md"), "web.xml: inside your own WAR")));
    }

    private static WebArchive application(String name, String lines) {
        Path target = CHECKOUT.resolve("target");
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .setWebXML(new StringAsset("""
                        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
                          %s
                          <security-constraint>
                            <web-resource-collection><web-resource-name>all</web-resource-name><url-pattern>/*</url-pattern></web-resource-collection>
                            <auth-constraint><role-name>user</role-name></auth-constraint>
                          </security-constraint>
                          <login-config>
                            <auth-method>FORM</auth-method>
                            <form-login-config><form-login-page>/login.html</form-login-page><form-error-page>/login.html</form-error-page></form-login-config>
                          </login-config>
                          <security-role><role-name>user</role-name></security-role>
                        </web-app>
                        """.formatted(lines)))
                .add(new StringAsset(LOGIN), "login.html").add(new StringAsset(PAGE), "index.html")
                .addAsLibrary(target.resolve("bellhop-classes.jar").toFile())
                .addAsLibraries(target.resolve("bellhop/WEB-INF/lib").toFile().listFiles())
                // the ordinal: above the system property that bellhop.war has its Redis from
                .addAsResource(new StringAsset("config_ordinal=500\nbellhop.redis.uri=" + System.getProperty("it.redis.uri") + "/2\n"),
                        "META-INF/microprofile-config.properties");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return FormLogin.CLIENT.send(request.build(), BodyHandlers.ofString()); // follows no redirect
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(first.http(path)));
    }

    private HttpResponse<String> post(String application, String user) {
        String backend = Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));
        return send(HttpRequest.newBuilder(first.http("/" + application + "/api/messages")).header("Content-Type", "application/json")
                .header("Authorization", "Basic " + backend)
                .POST(BodyPublishers.ofString(message("n", to(user), data(1)))));
    }

    @Test
    void nobodyTakesTheLoginPageForAnAnswer() {
        deployer.deploy(CLOSED);
        try {
            int expected = first.server().equals("Open Liberty") ? 302 : 401; // to the login page; servers.md says so
            HttpResponse<String> posted = post(CLOSED, "guest560");
            assertThat(posted.statusCode()).isEqualTo(expected);
            assertThat(posted.body()).doesNotContain("j_security_check");
            assertThat(expected != 401 || posted.body().contains("\"code\":\"unauthenticated\"")).isTrue();
            for (String path : new String[] {"/closed/health/ready", "/closed/health/live", "/closed/metrics", "/closed/ws", "/closed/api/me/messages"}) {
                assertThat(get(path).statusCode()).as(path).isEqualTo(expected);
            }
            assertThat(FormLogin.none(first).get("/closed/").body()).as("the application's own pages are as before").contains("j_security_check");
            assertThat(first.log()).contains("A security constraint of /closed shows the login page in place of /api/messages, /health/ready, /ws");
        } finally {
            deployer.undeploy(CLOSED);
        }
    }

    @Test
    void withTheLinesOfTheDocumentBackendsGetThroughAndPagesStayProtected() {
        deployer.deploy(OPEN);
        try {
            await().until(() -> get("/open/health/ready").statusCode() == 200);
            assertThat(first.log()).doesNotContain("A security constraint of /open");
            assertThat(get("/open/ws").statusCode()).isEqualTo(401);
            assertThat(FormLogin.none(first).get("/open/").body()).contains("j_security_check");
            FormLogin login = FormLogin.at("/open", "guest561", first);
            assertThat(login.get("/open/").body()).isEqualTo(PAGE);
            try (Page page = Page.open(login, URI.create(first.webSocket().toString().replace("/bellhop/", "/open/")))) {
                assertThat(page.login().getJsonObject("data").getString("user_id")).isEqualTo("guest561");
                assertThat(post(OPEN, "guest561").statusCode()).isEqualTo(202);
                page.awaitType("n");
            }
        } finally {
            deployer.undeploy(OPEN);
        }
    }
}
