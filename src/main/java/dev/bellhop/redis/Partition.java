package dev.bellhop.redis;

/**
 * One way from producers to inboxes: the names of a stream and of what lies beside it, all in one hash slot. A message of one user keeps its
 * place among the others that come the same way.
 *
 * @param number    from 0; {@link #NONE} for the keys that have no number: every producer may use them, however many partitions there are
 * @param ingest    the stream into which producers write, and into which due messages are promoted
 * @param scheduled the zset of scheduled messages
 * @param reader    the lease of the node that reads the stream
 * @param rejected  what could not be used, newest first
 * @param entries   how the names begin of what the API knows of each scheduled message
 * @param mark      the mark in an inbox, and on a board, of how far this stream has been taken
 */
public record Partition(int number, String ingest, String scheduled, String reader, String rejected, String entries, String mark) {
    public static final int NONE = -1;

    /** What the API knows of one scheduled message. */
    public String scheduledEntry(String id) {
        return entries + id;
    }
}
