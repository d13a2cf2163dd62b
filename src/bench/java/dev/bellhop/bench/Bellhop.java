package dev.bellhop.bench;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Server;
import dev.bellhop.server.ServerProcess;
import dev.bellhop.server.Users;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Bellhop as built, beside the demonstration application on a real server; its users log in through that application's form. */
final class Bellhop implements Contender {
    private static final int LOGINS_AT_ONCE = 8;

    private final Options options;
    private final Server server = Server.chosen();
    private final int port;

    Bellhop(Options options, int port) {
        this.options = options;
        this.port = port;
    }

    @Override
    public String name() {
        return "Bellhop on " + server.name();
    }

    private Map<String, String> environment(int redisPort) {
        Map<String, String> environment = new LinkedHashMap<>(Map.of("BELLHOP_REDIS_URI", "redis://localhost:" + redisPort));
        if (options.scenarios().contains("boards")) { // only where they are measured: each login reads a board for each role that it holds
            environment.put("BELLHOP_ROLES", Many.ROLE);
        }
        if (options.scenarios().contains("check")) {
            environment.put("BELLHOP_LOGIN_CHECK", "PT" + options.check() + 'S');
        }
        return environment;
    }

    @Override
    public String without() {
        return "";
    }

    @Override
    public Running start(int redisPort) throws IOException, InterruptedException {
        Users users = Users.demo(options.checkout()).with(IntStream.range(0, options.users()).mapToObj(i -> "guest" + i));
        Path target = options.checkout().resolve("target");
        Installation node = new Installation("bench", options.target().resolve("server"), port, options.checkout(), users,
                List.of(target.resolve("bellhop.war"), target.resolve("shop.war")));
        server.prepare(node);
        ServerProcess process = ServerProcess.start(server, node, environment(redisPort), options.javaOptions(), System.out);
        try {
            if (!process.awaitStart()) {
                throw new IOException(server.name() + " has not started; see " + server.log(node));
            }
            awaitReady();
            return new Started(process, logins());
        } catch (IOException | InterruptedException e) {
            process.close();
            throw e;
        }
    }

    private String origin() {
        return "http://localhost:" + port;
    }

    private void awaitReady() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 300; i++) {
            if (client.send(HttpRequest.newBuilder(URI.create(origin() + "/bellhop/health/ready")).build(), BodyHandlers.discarding()).statusCode() == 200) {
                return;
            }
            Producer.sleep(0.1);
        }
        throw new IOException("Bellhop is not ready");
    }

    /** Each user's cookies for Bellhop. */
    private Map<String, String> logins() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Map<String, String> cookies = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(LOGINS_AT_ONCE);
        try {
            for (Future<String> login : threads.invokeAll(IntStream.range(0, options.users()).mapToObj(i -> "guest" + i)
                    .<java.util.concurrent.Callable<String>>map(user -> () -> cookies.put(user, login(client, user))).toList())) {
                login.get();
            }
            return cookies;
        } catch (ExecutionException e) {
            throw new IOException("a user cannot log in", e.getCause());
        } finally {
            threads.shutdown();
        }
    }

    private String login(HttpClient client, String user) throws IOException, InterruptedException {
        Map<String, String> own = new LinkedHashMap<>();
        send(client, HttpRequest.newBuilder(URI.create(origin() + "/shop/")), own);
        String form = "j_username=" + URLEncoder.encode(user, StandardCharsets.UTF_8) + "&j_password=" + URLEncoder.encode(user, StandardCharsets.UTF_8);
        send(client, HttpRequest.newBuilder(URI.create(origin() + "/shop/j_security_check")).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)), own);
        own.remove("JSESSIONID"); // of the shop alone
        if (own.isEmpty()) {
            throw new IOException("no single sign-on for " + user);
        }
        return cookies(own);
    }

    private static String cookies(Map<String, String> own) {
        return String.join("; ", own.entrySet().stream().map(one -> one.getKey() + '=' + one.getValue()).toList());
    }

    private void send(HttpClient client, HttpRequest.Builder request, Map<String, String> own) throws IOException, InterruptedException {
        if (!own.isEmpty()) {
            request.setHeader("Cookie", cookies(own));
        }
        HttpResponse<Void> response = client.send(request.build(), BodyHandlers.discarding());
        for (String cookie : response.headers().allValues("Set-Cookie")) {
            String pair = cookie.split(";", 2)[0];
            own.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        String location = response.headers().firstValue("Location").orElse(null);
        if (response.statusCode() / 100 == 3 && location != null) {
            send(client, HttpRequest.newBuilder(response.uri().resolve(location)), own);
        }
    }

    private final class Started implements Running {
        private final ServerProcess process;
        private final Map<String, String> logins;

        Started(ServerProcess process, Map<String, String> logins) {
            this.process = process;
            this.logins = logins;
        }

        @Override
        public String version() {
            return server.name() + ' ' + System.getProperty(server.name().toLowerCase(java.util.Locale.ROOT).replace("open ", "") + ".version", "?")
                    + ", Java " + System.getProperty("java.version");
        }

        @Override
        public ProcessHandle process() {
            return process.handle();
        }

        @Override
        public boolean isJvm() {
            return true;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public String handshake(String user) {
            return "GET /bellhop/ws HTTP/1.1\r\nHost: localhost:" + port + "\r\nOrigin: " + origin() + "\r\nCookie: " + logins.get(user)
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
        }

        @Override
        public Dialogue dialogue(String user) {
            return new Login(user, "");
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** A page logs in, and is answered with what it has missed. When it is to show its login again, it comes by another connection, as bellhop.js does. */
    private static final class Login implements Dialogue {
        private final String user;
        private final String data;
        private boolean answered;
        private String position;
        private String name;
        private boolean asked;

        /** @param data what its login says; may be empty */
        Login(String user, String data) {
            this.user = user;
            this.data = data;
        }

        @Override
        public String first() {
            return data.isEmpty() ? "{\"msg_type\":\"login\"}" : "{\"msg_type\":\"login\",\"data\":{" + data + "}}";
        }

        @Override
        public String answer(String frame) {
            if (frame.startsWith("{\"msg_type\":\"login\"")) {
                answered = true;
                position = value(frame, "from_id");
                name = value(frame, "connection");
            }
            asked |= frame.startsWith("{\"msg_type\":\"login_check\"");
            return null;
        }

        private static String value(String frame, String name) {
            int begin = frame.indexOf('"' + name + "\":\"") + name.length() + 4;
            return frame.substring(begin, frame.indexOf('"', begin));
        }

        @Override
        public Dialogue successor(int closeCode) {
            // 1008: the HTTP session has expired, and with it the server closes the connection
            boolean wanted = asked || answered && closeCode == 1008;
            return wanted ? new Login(user, "\"last_id\":\"" + position + "\",\"user_id\":\"" + user + "\",\"replaces\":\"" + name + '"') : null;
        }

        @Override
        public boolean isLoggedIn() {
            return answered;
        }
    }
}
