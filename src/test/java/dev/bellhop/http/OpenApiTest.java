package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.app.ApiApplication;
import dev.bellhop.login.Gate;
import dev.bellhop.problem.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The document says what the code does: the same calls, the same codes. */
class OpenApiTest {

    private static final List<Class<?>> RESOURCES = new ApiApplication().getClasses().stream().filter(type -> type.isAnnotationPresent(Path.class)).toList();

    private final Map<String, Object> document = read();

    private static Map<String, Object> read() {
        try {
            return new Yaml().load(Files.readString(java.nio.file.Path.of(System.getProperty("basedir", ""), "src/main/webapp/openapi.yaml")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> from, String... path) {
        Map<String, Object> here = from;
        for (String name : path) {
            here = (Map<String, Object>) here.get(name);
        }
        return here;
    }

    @Test
    void namesEveryCallAndNoOther() {
        Set<String> documented = new TreeSet<>();
        at(document, "paths").forEach((path, item) -> {
            for (String method : List.of("get", "put", "post", "delete", "patch")) {
                if (((Map<?, ?>) item).containsKey(method)) {
                    documented.add(method + ' ' + path);
                }
            }
        });
        Set<String> implemented = new TreeSet<>();
        for (Class<?> resource : RESOURCES) {
            String base = resource.getAnnotation(Path.class).value().substring(Gate.OWN.length());
            for (Method method : resource.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        Path path = method.getAnnotation(Path.class);
                        implemented.add(http.value().toLowerCase(Locale.ROOT) + ' ' + base + (path == null ? "" : path.value()));
                    }
                }
            }
        }
        implemented.add("get /events"); // a servlet: a call that does not end
        assertThat(documented).isEqualTo(implemented);
    }

    @Test
    void namesTheStatusesThatFollowFromHowACallIsDeclared() {
        for (Class<?> resource : RESOURCES) {
            String base = resource.getAnnotation(Path.class).value().substring(Gate.OWN.length());
            for (Method method : resource.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        Path path = method.getAnnotation(Path.class);
                        Set<String> expected = new TreeSet<>(List.of("401", "503"));
                        if (method.isAnnotationPresent(Consumes.class)) {
                            expected.addAll(List.of("400", "413", "415"));
                        }
                        if (Arrays.stream(method.getParameters()).anyMatch(parameter -> parameter.isAnnotationPresent(QueryParam.class))) {
                            expected.add("400");
                        }
                        if (!http.value().equals("GET") || resource != MeResource.class) { // another site's page, or without the role
                            expected.add("403");
                        }
                        String full = base + (path == null ? "" : path.value());
                        assertThat(at(document, "paths", full, http.value().toLowerCase(Locale.ROOT), "responses").keySet())
                                .as(http.value() + ' ' + full).containsAll(expected);
                    }
                }
            }
        }
    }

    @Test
    void namesEveryCodeAndNoOther() {
        assertThat((List<?>) at(document, "components", "schemas", "Problem", "properties", "code").get("enum"))
                .isEqualTo(Arrays.stream(Problem.Code.values()).map(Problem.Code::text).toList());
    }

    @Test
    void namesOnlyStatusesThatCanCome() {
        Set<String> possible = Arrays.stream(Problem.Code.values()).map(code -> Integer.toString(code.status())).collect(Collectors.toSet());
        possible.addAll(List.of("200", "202", "204"));
        at(document, "paths").forEach((path, item) -> at(document, "paths", path).forEach((method, call) -> {
            if (call instanceof Map<?, ?> operation && operation.get("responses") instanceof Map<?, ?> responses) {
                assertThat(possible).as(method + " " + path).containsAll(responses.keySet().stream().map(Object::toString).toList());
            }
        }));
    }
}
