package dev.bellhop.bench;

import java.io.IOException;

/** A server that brings messages to pages: Bellhop or a peer. */
interface Contender {

    /** As the report names it. */
    String name();

    /** What it does not do that Bellhop does; empty for Bellhop itself. */
    String without();

    /** Starts it on that Redis, whose channel {@link Producer#CHANNEL} it listens to. */
    Running start(int redisPort) throws IOException, InterruptedException;

    /** A started one. */
    interface Running extends AutoCloseable {

        /** Its version and that of what it runs on. */
        String version();

        ProcessHandle process();

        /** Whether it runs on a JVM, whose live heap can be asked for. */
        boolean isJvm();

        int port();

        /** The head of the request with which a page of this user opens its WebSocket, without the key and the empty line. */
        String handshake(String user);

        /** What a new page of this user has to say; null if nothing. */
        Dialogue dialogue(String user);

        @Override
        void close();
    }
}
