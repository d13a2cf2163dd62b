package dev.bellhop.documents;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** The bill of materials names what is in the WAR, and nothing else. */
class BillOfMaterialsIT {
    private static final Path TARGET = Path.of(System.getProperty("project.basedir", "")).toAbsolutePath().resolve("target");

    @Test
    void namesEachLibraryOfTheWar() throws IOException {
        List<String> libraries;
        try (ZipFile war = new ZipFile(TARGET.resolve("bellhop.war").toFile())) {
            libraries = war.stream().map(ZipEntry::getName).filter(name -> name.startsWith("WEB-INF/lib/") && name.endsWith(".jar"))
                    .map(name -> name.substring("WEB-INF/lib/".length())).toList();
        }
        try (Reader file = Files.newBufferedReader(TARGET.resolve("bellhop-sbom.json")); JsonReader reader = Json.createReader(file)) {
            List<String> named = reader.readObject().getJsonArray("components").getValuesAs(JsonObject.class).stream()
                    .map(component -> component.getString("name") + '-' + component.getString("version") + ".jar").toList();
            assertThat(named).containsExactlyInAnyOrderElementsOf(libraries);
        }
    }
}
