package dev.bellhop.live;

/**
 * Brackets calls into the server that may make it start a thread of its pool. Such a thread inherits the context class
 * loader of whoever caused it and keeps it; were that the application's, it could not be unloaded after undeployment (seen
 * on WildFly).
 */
final class ServerCalls {
    private ServerCalls() {}

    /**
     * Begins a call.
     *
     * @param server an object of the server's own
     * @return what to give to {@link #leave}
     */
    static ClassLoader enter(Object server) {
        Thread thread = Thread.currentThread();
        ClassLoader own = thread.getContextClassLoader();
        thread.setContextClassLoader(server.getClass().getClassLoader());
        return own;
    }

    static void leave(ClassLoader own) {
        Thread.currentThread().setContextClassLoader(own);
    }
}
