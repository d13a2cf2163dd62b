package dev.bellhop.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;

/** The threads that send what is to be counted. */
public final class Senders {
    private Senders() {}

    /** Waits until each has been told that its last message is kept. They must have been asked to end. */
    public static void awaitEnd(Collection<? extends Thread> senders) {
        for (Thread sender : senders) {
            try {
                sender.join(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat(sender.isAlive()).as(sender.getName() + " is not told that its last message is kept").isFalse();
        }
    }
}
