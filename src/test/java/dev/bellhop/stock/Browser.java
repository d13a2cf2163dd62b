package dev.bellhop.stock;

import dev.bellhop.it.Page;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** One person's browser at an application's public address: it keeps cookies and goes where it is sent. */
final class Browser {

    private final HttpClient client;
    private final String origin;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final List<URI> visited = new ArrayList<>();

    /**
     * @param client with a proxy and a trust of its own, without cookies
     * @param origin {@code https://desk.test}
     */
    Browser(HttpClient client, String origin) {
        this.client = client;
        this.origin = origin;
    }

    String origin() {
        return origin;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(origin + path)));
    }

    HttpResponse<String> post(String path, String type, String body) {
        return send(HttpRequest.newBuilder(URI.create(origin + path)).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    /**
     * Asks for an application's page, {@code /hello}, and fills in the form of its login. Returns the page that it leads to.
     *
     * @param application its context path
     */
    HttpResponse<String> login(String application, String user, String password) {
        URI form = get(application + "/hello").uri(); // where the redirects have led
        return send(credentials(form.resolve(application + "/j_security_check"), user, password));
    }

    private static HttpRequest.Builder credentials(URI uri, String user, String password) {
        return HttpRequest.newBuilder(uri).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("j_username=" + URLEncoder.encode(user, StandardCharsets.UTF_8)
                        + "&j_password=" + URLEncoder.encode(password, StandardCharsets.UTF_8)));
    }

    /** Sends with this browser's cookies, keeps those that come back, and follows redirects. */
    HttpResponse<String> send(HttpRequest.Builder builder) {
        HttpResponse<String> response = sendOnce(builder);
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 == 3 && location.isPresent()) {
            return send(HttpRequest.newBuilder(response.uri().resolve(location.get())));
        }
        return response;
    }

    private HttpResponse<String> sendOnce(HttpRequest.Builder builder) {
        URI uri = builder.build().uri();
        visited.add(uri);
        cookieHeader(uri).ifPresent(value -> builder.setHeader("Cookie", value));
        try {
            HttpResponse<String> response = client.send(builder.build(), BodyHandlers.ofString());
            cookies.put(uri, response.headers().map());
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(uri.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Everywhere it has been, redirects too. */
    List<URI> visited() {
        return List.copyOf(visited);
    }

    /** What the sign-on's cookie says, if there is one. */
    Optional<String> signOn() {
        return cookies().stream().filter(cookie -> cookie.getName().matches("JSESSIONIDSSO|LtpaToken2")).map(HttpCookie::getValue).findFirst();
    }

    /** Another browser at the same address, with a copy of these cookies. */
    Browser copy() {
        Browser same = new Browser(client, origin);
        cookies().forEach(cookie -> same.cookies.getCookieStore().add(URI.create(origin), cookie));
        return same;
    }

    List<HttpCookie> cookies() {
        return cookies.getCookieStore().getCookies();
    }

    /** What it sends as {@code Cookie} to that address. */
    Optional<String> cookieHeader(URI uri) {
        try {
            List<String> values = cookies.get(URI.create(uri.toString().replaceFirst("^ws", "http")), Map.of()).getOrDefault("Cookie", List.of());
            return values.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", values));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI webSocket() {
        return URI.create(origin.replaceFirst("^http", "ws") + "/bellhop/ws");
    }

    /**
     * Opens a page's WebSocket; it has not sent {@code login} yet.
     *
     * @throws Page.Refused if the handshake is
     */
    Page open() {
        try {
            return Page.opening(client, cookieHeader(webSocket()).orElse(null), webSocket(), origin).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Page.Refused refused ? refused : e;
        }
    }

    /** The HTTP status of a handshake; 101 if it is taken. */
    int handshake() {
        try {
            open().close();
            return 101;
        } catch (Page.Refused e) {
            return e.status();
        }
    }
}
