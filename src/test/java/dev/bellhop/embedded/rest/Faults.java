package dev.bellhop.embedded.rest;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** How an existing application answers everything that fails. */
@Provider
public class Faults implements ExceptionMapper<Throwable> {

    @Override
    public Response toResponse(Throwable failure) {
        return Response.status(418).type("text/plain").entity("the application's own answer").build();
    }
}
