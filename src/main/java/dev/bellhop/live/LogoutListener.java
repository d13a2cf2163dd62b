package dev.bellhop.live;

import dev.bellhop.inbox.Announcement;
import dev.bellhop.inbox.Inbox;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/**
 * Hears that an HTTP session has ended, and tells every node that the logins bound to it have.
 *
 * <p>Under a single sign-on the server ends this application's HTTP session when the user logs out of another; where tabs
 * have several, it may end only the newest, which is why connections are found by login id.
 */
@WebListener
public class LogoutListener implements HttpSessionListener {
    private static final System.Logger LOG = System.getLogger(LogoutListener.class.getName());

    @Inject
    private Inbox inbox;
    @Inject
    private Registry registry;
    @Inject
    private Live live;

    @Override
    public void sessionDestroyed(HttpSessionEvent ended) {
        if (live.isDraining()) {
            return; // the session goes with this node; the login may live on at others
        }
        if (HttpSessions.hasAged(ended.getSession())) {
            return;
        }
        for (String login : HttpSessions.logins(ended.getSession())) {
            int space = login.indexOf(' ');
            String loginId = login.substring(0, space);
            String user = login.substring(space + 1);
            UserFeed feed = registry.feed(user);
            if (feed != null) { // why not only through Redis: it may be away
                feed.announced(new Announcement.LoginEnded(loginId));
            }
            inbox.announceLoginEnded(user, loginId).exceptionally(failure -> {
                LOG.log(System.Logger.Level.WARNING, "Other nodes could not be told that a login has ended, as Redis is away: {0}. Their connections of it stay until they reconnect.", failure.toString());
                return null;
            });
        }
    }
}
