package dev.bellhop.http;

import dev.bellhop.login.Gate;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.net.URI;

/** Leads each call of the API to its resource, which lies below {@link Gate#OWN}. */
@PreMatching
public class ApiPaths implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        URI base = request.getUriInfo().getBaseUri();
        URI asked = request.getUriInfo().getRequestUri();
        request.setRequestUri(base, below(base, request.getUriInfo().getPath(false), asked.getRawQuery()));
    }

    // why put together as text: a UriBuilder takes braces in a path for a template
    static URI below(URI base, String path, String query) {
        String root = base.toString();
        return URI.create(root + (root.endsWith("/") ? "" : "/") + Gate.OWN + (path.startsWith("/") ? "" : "/") + path + (query == null ? "" : "?" + query));
    }
}
