package dev.bellhop.live;

import dev.bellhop.config.SingleInstance;
import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpSession;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * What happens when a login ends, however that is heard of: from this application's own HTTP sessions, or from another
 * application of this server through the MBean (see {@code dev.bellhop.logout.LogoutSignal}).
 */
@SingleInstance
public class Logins implements LoginsMBean {
    private static final System.Logger LOG = System.getLogger(Logins.class.getName());

    private final Inbox inbox;
    private final Registry registry;
    private final Connections connections;
    private ObjectName name;

    @Inject
    Logins(Inbox inbox, Registry registry, Connections connections) {
        this.inbox = inbox;
        this.registry = registry;
        this.connections = connections;
    }

    /** Offers the MBean, by the application's context path: there may be several Bellhops on one server. */
    public synchronized void start(String contextPath) {
        try {
            name = new ObjectName("dev.bellhop:type=Logins,context=" + ObjectName.quote(contextPath));
            // why not "this" alone: it is the container's proxy or its subclass, which is no standard MBean by its name
            server().registerMBean(new StandardMBean(this, LoginsMBean.class), name);
        } catch (JMException e) {
            LOG.log(System.Logger.Level.WARNING,
                    "Other applications cannot tell of logouts: {0}. Their pages then close at the next login check.", e.toString());
        }
    }

    /** Takes the MBean back. */
    public synchronized void stop() {
        try {
            if (name != null) {
                server().unregisterMBean(name);
            }
        } catch (InstanceNotFoundException gone) {
            LOG.log(System.Logger.Level.DEBUG, "not registered: {0}", name);
        } catch (JMException e) {
            LOG.log(System.Logger.Level.WARNING, "The MBean {0} stays registered: {1}", name, e.toString());
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }

    boolean areDraining() {
        return connections.areDraining();
    }

    @Override
    public void ended(String user, String loginId) {
        closeHere(user, loginId);
        inbox.announceLoginEnded(user, loginId).exceptionally(Logins::untold);
    }

    @Override
    public void sessionEnded(String user, String loginId) {
        closeHere(user, loginId);
        inbox.announceSessionEnded(user, loginId).exceptionally(Logins::untold);
    }

    /** Why not only through Redis: it may be away. */
    private void closeHere(String user, String loginId) {
        UserFeed feed = registry.feed(user);
        if (feed != null) {
            feed.announced(new Announcement.LoginEnded(loginId));
        }
    }

    private static Long untold(Throwable failure) {
        LOG.log(System.Logger.Level.WARNING,
                "Other nodes could not be told that a login has ended, as Redis is away: {0}. Their connections of it stay until the next login check.", failure.toString());
        return null;
    }

    @Override
    public void check(String user, String loginId) {
        // why not here as well, unless Redis is away: a page that is back already would be asked twice
        inbox.announceLoginCheck(user, loginId).whenComplete((heard, failure) -> {
            UserFeed feed = failure == null ? null : registry.feed(user);
            if (feed != null) {
                feed.announced(new Announcement.LoginCheck(loginId));
            }
        });
    }

    /** An HTTP session has ended, and with it the login of each page that hangs on it. */
    void ended(String user, HttpSession session) {
        each(user, session.getId(), connection -> connection.close(CloseCode.LOGIN_ENDED));
    }

    /** An HTTP session has expired: the pages that hang on it come back, and show their login again. */
    void check(String user, HttpSession session) {
        each(user, session.getId(), Connection::check);
    }

    private void each(String user, String sessionId, Consumer<Connection> then) {
        UserFeed feed = registry.feed(user);
        if (feed == null) {
            return;
        }
        for (Connection connection : feed.connections()) {
            if (connection.login().hangsOn(sessionId)) {
                then.accept(connection);
            }
        }
    }
}
