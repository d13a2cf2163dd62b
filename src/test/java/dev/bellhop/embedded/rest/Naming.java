package dev.bellhop.embedded.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** The JAX-RS application of an existing application, which names its classes. */
@ApplicationPath("/rest")
public class Naming extends Application {

    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(Front.class, Faults.class);
    }
}
