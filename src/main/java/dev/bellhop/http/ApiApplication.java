package dev.bellhop.http;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;

/** The HTTP API, described by {@code openapi.yaml}. */
@ApplicationPath("/api")
public class ApiApplication extends Application {

    /** Why: Jersey (Payara) holds back the first 8 KB of each answer, so a line would not be answered before the next hundred came. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.contentLength.buffer", 0, "jersey.config.server.contentLength.buffer", 0);
    }
}
