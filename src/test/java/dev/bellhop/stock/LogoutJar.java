package dev.bellhop.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The logout jar as built, whatever version its name has. */
final class LogoutJar {

    private LogoutJar() {
    }

    static Path in(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            List<Path> found = files.filter(file -> file.getFileName().toString().matches("bellhop.*-logout\\.jar")).toList();
            if (found.size() != 1) {
                throw new IOException("one logout jar expected in " + target + ", not " + found);
            }
            return found.get(0);
        }
    }
}
