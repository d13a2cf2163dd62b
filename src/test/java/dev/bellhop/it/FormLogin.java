package dev.bellhop.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One browser's login to the demonstration application, and so its cookies. Made by the application's own form, as a person
 * does it.
 */
public final class FormLogin {

    /** Shared, since each client has a thread of its own; it keeps no cookies. */
    public static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10)).build();

    /** WildFly's and Payara's, and Open Liberty's. */
    private static final String SHOP = "/shop";
    private static final Set<String> SIGN_ON = Set.of("JSESSIONIDSSO", "LtpaToken2");

    private final ServerNode node;
    private final String origin;
    private final String application;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);

    private FormLogin(ServerNode node, String origin, String application) {
        this.node = node;
        this.origin = origin;
        this.application = application;
    }

    /** Somebody who has not logged in. */
    public static FormLogin none(ServerNode node) {
        return new FormLogin(node, node.origin(), SHOP);
    }

    /** A demonstration user, whose password is the user's name. */
    public static FormLogin as(String user, ServerNode node) {
        return as(user, user, node);
    }

    /** @throws IllegalStateException if the server does not take it */
    public static FormLogin as(String user, String password, ServerNode node) {
        return at(SHOP, user, password, node);
    }

    /** A user, whose password is the user's name, of a copy of the demonstration application. */
    public static FormLogin at(String application, String user, ServerNode node) {
        return at(application, user, user, node);
    }

    /** A demonstration user who comes through a proxy. */
    static FormLogin through(String origin, String user, ServerNode node) {
        return enter(new FormLogin(node, origin, SHOP), user, user);
    }

    private static FormLogin at(String application, String user, String password, ServerNode node) {
        return enter(new FormLogin(node, node.origin(), application), user, password);
    }

    private static FormLogin enter(FormLogin login, String user, String password) {
        login.get(login.application + "/");
        login.post(login.application + "/j_security_check", "application/x-www-form-urlencoded",
                "j_username=" + encode(user) + "&j_password=" + encode(password));
        if (login.signOn().isEmpty()) {
            throw new IllegalStateException("no single sign-on for " + user);
        }
        return login;
    }

    /** The same cookies, shown to a node itself. */
    FormLogin shownTo(ServerNode other) {
        FormLogin same = new FormLogin(other, other.origin(), application);
        cookies.getCookieStore().getCookies().forEach(cookie -> same.cookies.getCookieStore().add(URI.create(other.origin()), cookie));
        return same;
    }

    /** Where its requests go. */
    public String origin() {
        return origin;
    }

    public ServerNode node() {
        return node;
    }

    /** The single sign-on's cookie, if there is one. */
    public Optional<String> signOn() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> SIGN_ON.contains(cookie.getName()))
                .map(HttpCookie::getValue)
                .findFirst();
    }

    /** Through the application's own link. */
    public void logout() {
        get(application + "/logout");
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder().uri(URI.create(origin + path)));
    }

    public HttpResponse<String> post(String path, String type, String body) {
        return send(HttpRequest.newBuilder().uri(URI.create(origin + path)).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    /** Sends with this browser's cookies, keeps those that come back, and follows redirects. */
    public HttpResponse<String> send(HttpRequest.Builder builder) {
        try {
            URI uri = builder.build().uri();
            cookieHeader(uri).ifPresent(value -> builder.setHeader("Cookie", value));
            HttpResponse<String> response = CLIENT.send(builder.build(), BodyHandlers.ofString());
            cookies.put(uri, response.headers().map());
            Optional<String> location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 == 3 && location.isPresent()) {
                return send(HttpRequest.newBuilder().uri(uri.resolve(location.get())));
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What a browser would send as {@code Cookie} to that address. */
    public Optional<String> cookieHeader(URI uri) {
        try {
            List<String> values = cookies.get(URI.create(uri.toString().replaceFirst("^ws", "http")), Map.of())
                    .getOrDefault("Cookie", List.of());
            return values.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
