package dev.bellhop.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.bellhop.login.Gate;
import jakarta.ws.rs.Path;
import org.junit.jupiter.api.Test;

class ApiApplicationTest {

    @Test
    void namesEveryResourceAndEachLiesWhereNoOtherApplicationHasOne() {
        Class<?>[] resources = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.bellhop").stream()
                .filter(type -> type.isAnnotatedWith(Path.class)).map(JavaClass::reflect).toArray(Class<?>[]::new);
        assertThat(new ApiApplication().getClasses()).contains(resources);
        assertThat(resources).isNotEmpty().allSatisfy(resource -> assertThat(resource.getAnnotation(Path.class).value()).startsWith(Gate.OWN + '/'));
    }
}
