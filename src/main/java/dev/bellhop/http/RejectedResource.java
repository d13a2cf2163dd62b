package dev.bellhop.http;

import dev.bellhop.login.Gate;
import dev.bellhop.rejected.RejectedList;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;

/** {@code rejected}: what producers have written that is no message, newest first, each shortened. */
@RequestScoped
@Path(Gate.OWN + "/rejected")
@Produces(MediaType.APPLICATION_JSON)
public class RejectedResource {
    private static final int MOST = 100;

    @Inject
    private Caller caller;
    @Inject
    private RejectedList rejected;

    @GET
    public String get(@QueryParam("limit") @DefaultValue("20") String limit) {
        caller.require(Caller.ADMIN);
        return "{\"rejected\":" + Answers.await(rejected.newest(LimitParameter.parse(limit, MOST))) + '}';
    }
}
