package dev.bellhop.embedded;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.id;
import static dev.bellhop.it.MessageText.message;
import static dev.bellhop.it.MessageText.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.embedded.rest.Faults;
import dev.bellhop.embedded.rest.Front;
import dev.bellhop.embedded.rest.Naming;
import dev.bellhop.embedded.rest.Scanning;
import dev.bellhop.it.FormLogin;
import dev.bellhop.it.WithServers;
import jakarta.ws.rs.core.Application;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
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
 * Bellhop in the WAR of an application with JAX-RS of its own: neither takes in the other's resources or answers to failures, whether
 * the application names its classes or has the server find them.
 */
class OwnRestServerIT extends WithServers {

    private static final String SCANNING = "scanning";
    private static final String NAMING = "naming";
    private static final String BACKEND = "Basic " + Base64.getEncoder().encodeToString("backend:backend".getBytes(StandardCharsets.UTF_8));
    private static final String BODY = message("n", to("guest570"), data(1), id("once"));

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = SCANNING, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive scanning() {
        return application(SCANNING, Scanning.class);
    }

    @Deployment(name = NAMING, managed = false, testable = false)
    @TargetsContainer("node1")
    static WebArchive naming() {
        return application(NAMING, Naming.class);
    }

    private static WebArchive application(String name, Class<? extends Application> rest) {
        Path target = Path.of(System.getProperty("project.basedir")).resolve("target");
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .addClasses(Front.class, Faults.class, rest)
                .setWebXML(new StringAsset("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
                        + "<security-role><role-name>bellhop-publisher</role-name></security-role><security-role><role-name>bellhop-admin</role-name></security-role></web-app>"))
                .addAsWebInfResource(new StringAsset("<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"all\"/>"), "beans.xml")
                .addAsLibrary(target.resolve("bellhop-classes.jar").toFile())
                .addAsLibraries(target.resolve("bellhop/WEB-INF/lib").toFile().listFiles())
                // the ordinal: above the system property that bellhop.war has its Redis from
                .addAsResource(new StringAsset("config_ordinal=500\nbellhop.redis.uri=" + System.getProperty("it.redis.uri") + "/3\n"),
                        "META-INF/microprofile-config.properties");
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(first.http(path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        return FormLogin.none(first).send(request.header("Authorization", BACKEND));
    }

    private HttpResponse<String> post(String path) {
        return send(at(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(BODY)));
    }

    private void isTheApplications(HttpResponse<String> answer) {
        assertThat(answer.body()).as(answer.request().method() + ' ' + answer.uri()).isEqualTo("the application's own answer");
        assertThat(answer.statusCode()).isEqualTo(418);
    }

    private void isBellhops(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.body()).as(answer.request().method() + ' ' + answer.uri()).contains("\"code\":\"" + code + "\"");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).startsWith("no-store"); // Open Liberty adds to it where it sets a cookie
    }

    @Test
    void anApplicationThatHasItsClassesFoundKeepsApartFromBellhop() {
        keepsApart(SCANNING);
    }

    @Test
    void anApplicationThatNamesItsClassesKeepsApartFromBellhop() {
        keepsApart(NAMING);
    }

    private void keepsApart(String name) {
        deployer.deploy(name);
        try {
            String root = '/' + name;
            await().ignoreExceptions().until(() -> FormLogin.none(first).get(root + "/health/ready").statusCode() == 200);

            assertThat(send(at(root + "/rest/messages")).body()).isEqualTo("the application's own");
            isTheApplications(send(at(root + "/rest/messages/broken")));
            isTheApplications(send(at(root + "/rest/nothing")));
            isTheApplications(post(root + "/rest/messages"));
            for (String path : new String[] {"/stats", "/scheduled", "/users/guest570", "/groups/g/members", "/rejected", "/me", "/me/messages", "/me/frames"}) {
                isTheApplications(send(at(root + "/rest" + path)));
                isTheApplications(send(at(root + "/rest/dev.bellhop" + path)));
            }
            isTheApplications(post(root + "/rest/dev.bellhop/messages"));
            isTheApplications(post(root + "/rest/dev.bellhop/me/frames"));
            isTheApplications(send(at(root + "/rest/dev.bellhop/users/guest570/connections").DELETE()));

            assertThat(post(root + "/api/messages").statusCode()).isEqualTo(202);
            assertThat(send(at(root + "/api/users/guest570")).body()).contains("\"unread\":1");
            isBellhops(send(at(root + "/api/messages")), 405, "method_not_allowed");
            isBellhops(send(at(root + "/api/messages").header("Content-Type", "application/json").POST(BodyPublishers.ofString("{"))), 400, "bad_json");
            isBellhops(send(at(root + "/api/messages").header("Content-Type", "text/plain").POST(BodyPublishers.ofString("{}"))), 415, "unsupported_media_type");
            isBellhops(FormLogin.none(first).get(root + "/api/stats"), 401, "unauthenticated");
            isBellhops(send(at(root + "/api/stats")), 403, "forbidden");
            for (String path : new String[] {"", "/", "/nothing", "/messages/broken", "/dev.bellhop/me", "/dev.bellhop/messages"}) {
                isBellhops(send(at(root + "/api" + path)), 404, "not_found");
            }
        } finally {
            deployer.undeploy(name);
        }
    }
}
