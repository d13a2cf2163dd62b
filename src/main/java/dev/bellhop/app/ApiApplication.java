package dev.bellhop.app;

import dev.bellhop.http.ApiPaths;
import dev.bellhop.http.BoardsResource;
import dev.bellhop.http.ConsoleResource;
import dev.bellhop.http.GroupsResource;
import dev.bellhop.http.MeResource;
import dev.bellhop.http.MessagesResource;
import dev.bellhop.http.ProblemMapper;
import dev.bellhop.http.RejectedResource;
import dev.bellhop.http.ScheduledResource;
import dev.bellhop.http.StatsResource;
import dev.bellhop.http.UsersResource;
import dev.bellhop.live.FramesResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/**
 * The HTTP API, described by {@code openapi.yaml}.
 *
 * <p>Why it names its classes: the WAR may be that of an application with JAX-RS of its own. An application that names none takes in
 * whatever is annotated in the WAR: Bellhop would take in the other's resources and error mappers, and the other Bellhop's. So nothing
 * here is a {@code @Provider}, and resources lie behind the {@link dev.bellhop.login.Gate}.
 */
@ApplicationPath("/api")
public class ApiApplication extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(ApiPaths.class, ProblemMapper.class, MessagesResource.class, GroupsResource.class, ScheduledResource.class, UsersResource.class,
                MeResource.class, FramesResource.class, StatsResource.class, RejectedResource.class, BoardsResource.class, ConsoleResource.class);
    }

    /** Why: Jersey (Payara) holds back the first 8 KB of each answer, so a line would not be answered before the next hundred came. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.contentLength.buffer", 0, "jersey.config.server.contentLength.buffer", 0);
    }
}
