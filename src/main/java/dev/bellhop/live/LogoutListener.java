package dev.bellhop.live;

import dev.bellhop.login.HttpSessions;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/**
 * Hears that an HTTP session has ended, and tells every node that the logins bound to it have.
 *
 * <p>Under a single sign-on the server ends this application's HTTP session when the user logs out of another; where tabs
 * have several, it may end only the newest, which is why connections are found by login id. A session that has expired tells
 * nothing about the login, which may be in use elsewhere: the pages come back and show it again.
 */
@WebListener
public class LogoutListener implements HttpSessionListener {
    @Inject
    private Logins logins;

    @Override
    public void sessionDestroyed(HttpSessionEvent ended) {
        if (logins.areDraining()) {
            return; // the session goes with this node; the login may live on at others
        }
        HttpSession session = ended.getSession();
        boolean expired = HttpSessions.hasAged(session);
        boolean onlyOurs = HttpSessions.areOwn(session.getServletContext()) || HttpSessions.isOnlyOurs(session);
        for (String login : HttpSessions.logins(session)) {
            int space = login.indexOf(' ');
            String loginId = login.substring(0, space);
            String user = login.substring(space + 1);
            if (expired) {
                logins.check(user, session);
                if (!onlyOurs) { // the application's own: its pages on other nodes have nothing else that tells them
                    logins.check(user, loginId);
                }
            } else {
                logins.ended(user, loginId);
                logins.ended(user, session); // why too: the session remembers only its newest logins
            }
        }
    }
}
