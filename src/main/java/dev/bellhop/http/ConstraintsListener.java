package dev.bellhop.http;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLStreamException;

/** Warns at the start if the application that Bellhop is part of shows its login page in place of what backends and load balancers ask for. */
@WebListener
public class ConstraintsListener implements ServletContextListener {
    private static final System.Logger LOG = System.getLogger(ConstraintsListener.class.getName());
    /** What nobody who asks for it logs in to by a form, and how it is asked for. */
    private static final Map<String, String> ASKED = Map.of("/ws", "GET", "/api/messages", "POST", "/health/ready", "GET");

    @Override
    public void contextInitialized(ServletContextEvent start) {
        ServletContext context = start.getServletContext();
        try (InputStream webXml = context.getResourceAsStream("/WEB-INF/web.xml")) {
            List<String> hidden = webXml == null ? List.of() : hidden(Constraints.parse(webXml));
            if (!hidden.isEmpty()) {
                LOG.log(System.Logger.Level.WARNING,
                        "A security constraint of {0} shows the login page in place of {1}, so backends and load balancers cannot"
                        + " use them. Put the lines of \"Inside your own WAR\" in servers.md into its web.xml.", context.getContextPath(), String.join(", ", hidden));
            }
        } catch (IOException | XMLStreamException | RuntimeException unreadable) {
            LOG.log(System.Logger.Level.DEBUG, "The constraints of web.xml were not read: {0}", unreadable.toString());
        }
    }

    static List<String> hidden(Constraints constraints) {
        return ASKED.keySet().stream().sorted().filter(path -> constraints.showLogin(ASKED.get(path), path)).toList();
    }
}
