package dev.bellhop.embedded.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;

/** A resource of an existing application, below the same path as one of Bellhop's. */
@Path("/messages")
public class Front {

    /** Answers. */
    @GET
    @Produces("text/plain")
    public String messages() {
        return "the application's own";
    }

    /** Fails. */
    @GET
    @Path("/broken")
    public String broken() {
        throw new IllegalStateException("the application's own fault");
    }
}
