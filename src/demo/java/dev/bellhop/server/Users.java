package dev.bellhop.server;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Who may log in, each server writes it down in its own way.
 *
 * @param passwords by user
 * @param roles     by user
 */
public record Users(Map<String, String> passwords, Map<String, List<String>> roles) {

    /** The demonstration's. */
    public static Users demo(Path checkout) throws IOException {
        Map<String, List<String>> roles = new TreeMap<>();
        read(checkout.resolve("src/demo/roles.properties")).forEach((user, list) -> roles.put(user, List.of(list.split(","))));
        return new Users(read(checkout.resolve("src/demo/users.properties")), roles);
    }

    /** These and more, whose password is their name and whose role is {@code user}. */
    public Users with(Stream<String> guests) {
        Map<String, String> allPasswords = new TreeMap<>(passwords);
        Map<String, List<String>> allRoles = new TreeMap<>(roles);
        guests.forEach(guest -> {
            allPasswords.put(guest, guest);
            allRoles.put(guest, List.of("user"));
        });
        return new Users(allPasswords, allRoles);
    }

    private static Map<String, String> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
