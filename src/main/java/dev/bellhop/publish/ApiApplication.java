package dev.bellhop.publish;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The HTTP API, described by {@code openapi.yaml}. */
@ApplicationPath("/api")
public class ApiApplication extends Application {}
