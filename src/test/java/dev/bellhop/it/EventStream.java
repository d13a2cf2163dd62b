package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page on {@code GET events}: notes each line, until it stops reading. */
final class EventStream implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    private EventStream(HttpResponse<InputStream> response) {
        this.response = response;
    }

    /** @param query without its question mark, or empty; headers in pairs */
    static EventStream open(FormLogin login, String query, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(login.node().http("/bellhop/events" + (query.isEmpty() ? "" : '?' + query)));
        login.cookieHeader(login.node().http("/bellhop/events")).ifPresent(cookies -> request.header("Cookie", cookies));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return new EventStream(FormLogin.CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** From now on it reads; before, it is a page that does not. */
    EventStream read() {
        Thread reader = new Thread(() -> {
            try (BufferedReader body = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                for (String line = body.readLine(); line != null; line = body.readLine()) {
                    lines.add(line);
                }
            } catch (IOException broken) {
                lines.add("broken");
            }
            over = true;
        });
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    List<JsonObject> frames(String type) {
        return lines.stream().filter(line -> line.startsWith("data:")).map(line -> Page.parse(line.substring(5)))
                .filter(frame -> frame.getString("msg_type").equals(type)).toList();
    }

    JsonObject awaitType(String type) {
        await(type).until(() -> !frames(type).isEmpty());
        return frames(type).get(0);
    }

    boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException gone) {
            over = true;
        }
    }
}
