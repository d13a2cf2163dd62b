package dev.bellhop.stock;

import dev.bellhop.stock.desk.Hello;
import dev.bellhop.stock.desk.Leave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * Somebody's own application, which knows nothing of Bellhop: a form login, a page that says hello, and a logout.
 *
 * @param name             its context path, without the slash
 * @param metadataComplete whether annotations and web fragments count for nothing
 * @param realm            the {@code realm-name}; null: none
 * @param everywhere       whether its constraint is on all addresses; else on its page alone
 * @param sessionMinutes   the HTTP sessions' time-out
 * @param logoutJar        whether it has {@code bellhop-logout.jar} in its {@code WEB-INF/lib}
 * @param listener         whether its {@code web.xml} names the listener of that jar
 */
record Desk(String name, boolean metadataComplete, String realm, boolean everywhere, int sessionMinutes, boolean logoutJar, boolean listener) {

    /** The document that says what to put into {@code web.xml}. */
    private static final Path SERVERS = Path.of(System.getProperty("project.basedir", "")).resolve("src/site/markdown/servers.md");

    /** A plain one without the logout jar. */
    static Desk named(String name) {
        return new Desk(name, false, null, true, 30, false, false);
    }

    Desk isMetadataComplete() {
        return new Desk(name, true, realm, everywhere, sessionMinutes, logoutJar, listener);
    }

    Desk withRealm(String realmName) {
        return new Desk(name, metadataComplete, realmName, everywhere, sessionMinutes, logoutJar, listener);
    }

    Desk constrainedAtItsPageAlone() {
        return new Desk(name, metadataComplete, realm, false, sessionMinutes, logoutJar, listener);
    }

    /** The shortest that {@code web.xml} can say is a minute. */
    Desk withSessionMinutes(int minutes) {
        return new Desk(name, metadataComplete, realm, everywhere, minutes, logoutJar, listener);
    }

    Desk withLogoutJar() {
        return new Desk(name, metadataComplete, realm, everywhere, sessionMinutes, true, listener);
    }

    /** With the lines in its {@code web.xml} that servers.md gives for one whose web fragments count for nothing. */
    Desk withListener() {
        return new Desk(name, metadataComplete, realm, everywhere, sessionMinutes, logoutJar, true);
    }

    String path() {
        return "/" + name;
    }

    /**
     * Builds it.
     *
     * @param target Maven's build directory, where the jar lies
     */
    Path war(Path target) throws IOException {
        WebArchive war = ShrinkWrap.create(WebArchive.class, name + ".war").addClasses(Hello.class, Leave.class)
                .add(new StringAsset("""
                        <!DOCTYPE html><html lang="en"><title>Log in</title><form method="post" action="j_security_check">
                        <input name="j_username"><input name="j_password" type="password"><button>Log in</button></form></html>
                        """), "login.html")
                .setWebXML(new StringAsset(webXml()));
        if (logoutJar) {
            war.addAsLibrary(LogoutJar.in(target).toFile());
        }
        Path made = Files.createDirectories(target.resolve("it/desks")).resolve(name + ".war");
        war.as(ZipExporter.class).exportTo(made.toFile(), true);
        return made;
    }

    private String webXml() {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0"%s>
                  %s
                  <servlet><servlet-name>hello</servlet-name><servlet-class>dev.bellhop.stock.desk.Hello</servlet-class></servlet>
                  <servlet-mapping><servlet-name>hello</servlet-name><url-pattern>/hello</url-pattern></servlet-mapping>
                  <servlet><servlet-name>leave</servlet-name><servlet-class>dev.bellhop.stock.desk.Leave</servlet-class></servlet>
                  <servlet-mapping><servlet-name>leave</servlet-name><url-pattern>/logout</url-pattern></servlet-mapping>
                  <session-config><session-timeout>%d</session-timeout></session-config>
                  <security-constraint>
                    <web-resource-collection><web-resource-name>all</web-resource-name><url-pattern>%s</url-pattern></web-resource-collection>
                    <auth-constraint><role-name>user</role-name></auth-constraint>
                  </security-constraint>
                  <login-config>
                    <auth-method>FORM</auth-method>%s
                    <form-login-config><form-login-page>/login.html</form-login-page><form-error-page>/login.html</form-error-page></form-login-config>
                  </login-config>
                  <security-role><role-name>user</role-name></security-role>
                </web-app>
                """.formatted(metadataComplete ? " metadata-complete=\"true\"" : "",
                listener ? String.join("\n", Commands.block(SERVERS, "web.xml: metadata-complete")) : "", sessionMinutes,
                everywhere ? "/*" : "/hello", realm == null ? "" : "<realm-name>" + realm + "</realm-name>");
    }
}
