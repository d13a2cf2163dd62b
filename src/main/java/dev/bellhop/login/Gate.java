package dev.bellhop.login;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Keeps the resources of the HTTP API to Bellhop. In a WAR with JAX-RS of its own, an application that names no classes takes in every
 * resource that it finds, ours too: there they are to be as if they were not.
 */
public final class Gate {
    /** Before the path of every resource: no resource of another application has such a path. */
    public static final String OWN = "dev.bellhop";

    private static final String PASSED = "dev.bellhop.passed";

    private Gate() {}

    /** The request has come by the API's own address, and through the filter there. */
    public static void pass(HttpServletRequest request) {
        request.setAttribute(PASSED, true);
    }

    /** Whether it has. */
    public static boolean hasPassed(HttpServletRequest request) {
        return request.getAttribute(PASSED) != null;
    }
}
