package dev.bellhop.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page says in CometD's protocol: a handshake, a subscription to its user's channel, and a {@code /meta/connect} that is always open. */
final class Bayeux implements Dialogue {
    private static final Pattern CLIENT = Pattern.compile("\"clientId\":\"([^\"]+)\"");

    private final String user;
    private String client;
    private boolean subscribed;

    Bayeux(String user) {
        this.user = user;
    }

    @Override
    public String first() {
        return "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"websocket\"],\"id\":\"1\"}]";
    }

    @Override
    public String answer(String frame) {
        if (frame.contains("\"/meta/handshake\"")) {
            Matcher found = CLIENT.matcher(frame);
            if (!found.find()) {
                throw new IllegalStateException("no handshake: " + frame);
            }
            client = found.group(1);
            return "[" + connect() + ",{\"channel\":\"/meta/subscribe\",\"subscription\":\"/" + user + "\",\"clientId\":\"" + client + "\",\"id\":\"2\"}]";
        }
        subscribed |= frame.contains("\"/meta/subscribe\"");
        return frame.contains("\"/meta/connect\"") ? "[" + connect() + "]" : null;
    }

    private String connect() {
        return "{\"channel\":\"/meta/connect\",\"connectionType\":\"websocket\",\"clientId\":\"" + client + "\",\"id\":\"3\"}";
    }

    @Override
    public boolean isLoggedIn() {
        return subscribed;
    }
}
