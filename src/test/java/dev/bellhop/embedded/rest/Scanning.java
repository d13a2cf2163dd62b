package dev.bellhop.embedded.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The JAX-RS application of an existing application, which takes in whatever is annotated. */
@ApplicationPath("/rest")
public class Scanning extends Application {}
