package dev.bellhop.it;

import static org.awaitility.Awaitility.await;

import dev.bellhop.server.Installation;
import dev.bellhop.server.Liberty;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Open Liberty's directories, which it watches; its log tells when it has done what they say. */
final class LibertyManagement implements Management {

    private static final Pattern ACCEPTED = Pattern.compile("CWWKZ000[13]I");
    private static final Pattern STARTED = Pattern.compile(ACCEPTED + "|CWWKZ000[24]E");
    private static final Pattern STOPPED = Pattern.compile("CWWKZ0009I");
    private static final Pattern CONFIGURED = Pattern.compile("CWWKG001[78]I");

    private final Installation node;
    private final Path log;
    private final Map<String, String> settings = new TreeMap<>();
    private final Map<String, Boolean> refused = new TreeMap<>();

    LibertyManagement(Installation node) {
        this.node = node;
        this.log = new Liberty(node.base()).log(node);
    }

    @Override
    public void deploy(Path war) {
        Path target = Liberty.applications(node).resolve(war.getFileName());
        String said = after(STARTED, () -> {
            // why renamed: a file that is still growing is not yet a WAR
            Path copy = Files.copy(war, node.base().resolve(war.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
        });
        refused.put(war.getFileName().toString(), !ACCEPTED.matcher(said).find());
        if (!ACCEPTED.matcher(said).find()) {
            throw new IllegalStateException(said);
        }
    }

    @Override
    public void undeploy(String war) {
        Path target = Liberty.applications(node).resolve(war);
        if (refused.getOrDefault(war, false)) {
            Change change = () -> Files.deleteIfExists(target);
            change.runUnchecked();
        } else if (Files.exists(target)) {
            after(STOPPED, () -> Files.delete(target));
        }
    }

    @Override
    public void setting(String name, String value) {
        if (value == null) {
            settings.remove(name);
        } else {
            settings.put(name, value);
        }
        StringBuilder xml = new StringBuilder("<server>\n");
        settings.forEach((key, text) -> xml.append("<variable name=\"%s\" value=\"%s\"/>\n".formatted(key, text)));
        after(CONFIGURED, () -> {
            Files.createDirectories(Liberty.overrides(node));
            Files.writeString(Liberty.overrides(node).resolve("settings.xml"), xml.append("</server>\n"));
        });
    }

    @Override
    public Set<String> loginClasses() {
        return Set.of("com.ibm.ws.session.store.memory.MemorySession");
    }

    /** Something done to the directories. */
    private interface Change {
        void run() throws IOException;

        default void runUnchecked() {
            try {
                run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Does it and waits until the log tells; returns what it has told since. */
    private String after(Pattern told, Change change) {
        int before = read().length();
        change.runUnchecked();
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100))
                .until(() -> read().substring(before), since -> told.matcher(since).find());
    }

    private String read() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
