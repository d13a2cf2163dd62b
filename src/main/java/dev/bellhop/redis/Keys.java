package dev.bellhop.redis;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;

/**
 * The names of all keys and channels in Redis. Whatever belongs to a user shares one hash slot, and so does whatever
 * belongs to scheduling and ingest (<a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags">hash tags</a>).
 */
@SingleInstance
public class Keys {
    private static final String BOARD = "board:{";
    private static final String SCHEDULED = "scheduled:";

    private final Settings settings;
    private final Partition unnumbered;

    @Inject
    public Keys(Settings settings) {
        this.settings = settings;
        unnumbered = new Partition(Partition.NONE, ingest(), scheduled(), reader(), rejected(), settings.besideIngest(SCHEDULED), "ingested");
    }

    public String inbox(String user) {
        return channel(user) + ":inbox";
    }

    public String marks(String user) {
        return channel(user) + ":marks";
    }

    /** Which of the user's kept messages expire, and when. */
    public String expiries(String user) {
        return channel(user) + ":expiries";
    }

    /** Which nodes hold how many connections of the user. */
    public String connections(String user) {
        return channel(user) + ":connections";
    }

    /** Remembers under which position a message with this idempotency id was kept. */
    public String id(String user, String id) {
        return channel(user) + ":id:" + id;
    }

    /** That this login of the user has ended. */
    public String endedLogin(String user, String loginId) {
        return channel(user) + ":ended:" + loginId;
    }

    /** The channel on which all that concerns one user is announced. */
    public String channel(String user) {
        return settings.keyPrefix() + '{' + escape(user) + '}';
    }

    /** Where nodes answer a question about the user's connections: a list that lasts some seconds. */
    public String answers(String user, String question) {
        return channel(user) + ":answers:" + question;
    }

    /** A zset of users whose pages watch the nodes, and until when. */
    public String watchers() {
        return settings.keyPrefix() + "watchers";
    }

    /** A stream of what nodes have counted. */
    public String history() {
        return settings.keyPrefix() + "history";
    }

    /** The channel on which a node hears itself. */
    public String probe(String node) {
        return settings.keyPrefix() + "probe:" + node;
    }

    /** A hash of nodes: until when each counts as living, and what it says of itself. */
    public String nodes() {
        return settings.keyPrefix() + "nodes";
    }

    /** The shared channel of messages that are not kept. */
    public String shared() {
        return settings.channel();
    }

    /** The channel on which a node hears one shard of a cluster: the tag decides in which slot it lies. */
    String probe(String node, int tag) {
        return settings.keyPrefix() + "probe:{" + tag + '}' + node;
    }

    /** The stream into which producers write, and into which due messages are promoted. */
    public String ingest() {
        return settings.ingestStream();
    }

    /** The lease of the node that reads {@link #ingest}. */
    public String reader() {
        return settings.besideIngest("reader");
    }

    /** What could not be used, newest first. */
    public String rejected() {
        return settings.besideIngest("rejected");
    }

    public String scheduled() {
        return settings.scheduledKey();
    }

    /** What the API knows of one scheduled message. */
    public String scheduledEntry(String id) {
        return settings.besideIngest(SCHEDULED) + id;
    }

    /** The keys above, as producers know them that know nothing of partitions. */
    public Partition unnumbered() {
        return unnumbered;
    }

    /** The keys of one partition, all in a slot of their own. */
    public Partition partition(int number) {
        return new Partition(number, in(ingest(), number), in(scheduled(), number), in(reader(), number), in(rejected(), number),
                in(settings.besideIngest(SCHEDULED), number), "ingested:" + number);
    }

    private String in(String key, int partition) {
        return settings.inPartition(key, partition);
    }

    /** A zset: how many partitions there are or once were, by when that was last so. */
    public String partitions() {
        return settings.besideIngest("partitions");
    }

    /** A zset: the nodes that share the partitions among them, by until when each counts. */
    public String readers() {
        return settings.besideIngest("readers");
    }

    public String consumer() {
        return settings.consumerStream();
    }

    /** How many bytes {@link #consumer} has taken; in its slot. */
    public String consumerBytes() {
        String stream = settings.consumerStream();
        return (stream.indexOf('{') < 0 ? '{' + stream + '}' : stream) + ":bytes";
    }

    /** The messages on a board, a stream; and with a suffix, what belongs to it. All share a slot. */
    public String board(String board) {
        return boardChannel(board) + ":messages";
    }

    /** Which boards there are, by when each was last used. */
    public String boards() {
        return settings.keyPrefix() + "boards";
    }

    /** How far the ingest stream has been taken for this board. */
    public String boardMarks(String board) {
        return boardChannel(board) + ":marks";
    }

    /** Remembers under which place a message with this idempotency id was put on the board. */
    public String boardId(String board, String id) {
        return boardChannel(board) + ":id:" + id;
    }

    /** The members of a group, a zset; in the slot of its board. */
    public String members(String group) {
        return boardChannel("group:" + group) + ":members";
    }

    /** Of which groups the user is a member. */
    public String memberships(String user) {
        return channel(user) + ":groups";
    }

    /** The channel on which what is new on a board is announced. */
    public String boardChannel(String board) {
        return settings.keyPrefix() + BOARD + escape(board) + '}';
    }

    /** The board of one of {@link #boardChannel}'s names, or null if it is none. */
    public String boardOf(String channel) {
        String start = settings.keyPrefix() + BOARD;
        return channel.startsWith(start) && channel.endsWith("}") ? unescape(channel.substring(start.length(), channel.length() - 1)) : null;
    }

    /** The user of one of {@link #channel}'s names, or null if it is none. */
    public String userOf(String channel) {
        String start = settings.keyPrefix() + '{';
        return channel.startsWith(start) && channel.endsWith("}")
                ? unescape(channel.substring(start.length(), channel.length() - 1)) : null;
    }

    // why: a brace in a user's id would move the hash tag, and with it some of the user's keys to another slot
    private static String escape(String user) {
        return user.indexOf('{') < 0 && user.indexOf('}') < 0 && user.indexOf('%') < 0 ? user
                : user.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }

    private static String unescape(String user) {
        return user.indexOf('%') < 0 ? user : user.replace("%7D", "}").replace("%7B", "{").replace("%25", "%");
    }
}
