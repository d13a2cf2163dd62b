package dev.bellhop.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox.Draft;
import dev.bellhop.inbox.Inbox.Outcome;
import dev.bellhop.it.RedisCluster;
import dev.bellhop.it.RedisServer;
import dev.bellhop.message.Address;
import dev.bellhop.message.Message;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A board and the inboxes of its readers on different masters of a cluster; one of these masters is away for a while. */
class BoardsClusterIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final RedisCluster cluster = RedisCluster.create(3, 0);

    private final TestNode node = TestNode.start(cluster).awaitRedis().withPages().withIngest();

    @Test
    void whileTheBoardsShardIsAwayMessagesToUsersGoOnAndWhatIsForTheBoardWaits() throws Exception {
        int lost = (memberOf("websocket") + 1) % 3; // not the shard of the ingest stream: without it, nothing comes that way
        int other = (lost + 1) % 3;
        String group = named("group:", lost);
        String reader = named("", other);
        node.groups().add(group, reader).get(20, TimeUnit.SECONDS);
        TestPage page = loggedIn(reader);
        assertThat(publish(group, "1", "first")).isEqualTo(Outcome.KEPT);
        awaitData(page, 1);

        RedisCluster.Member away = cluster.members().get(lost);
        away.kill();
        awaitNoticed(away);
        add("\"to_group\":\"" + group + "\"", 2);
        add("\"to_user_id\":\"" + reader + "\"", 3);
        awaitData(page, 1, 3);
        await().atMost(SOON).until(() -> node.metrics().snapshot().get("ingest_held") > 0);
        assertThatThrownBy(() -> publish(group, "4", "fourth")).as("over HTTP this is a 503").isInstanceOf(ExecutionException.class);
        TestPage another = loggedIn(reader); // is not held up
        publishTo(reader, 5);
        awaitData(page, 1, 3, 5);
        await().atMost(SOON).until(() -> data(another).contains(5));

        away.start();
        cluster.awaitWhole();
        awaitData(page, 1, 3, 5, 2);
        assertThat(await().atMost(SOON).ignoreExceptions().until(() -> publish(group, "4", "fourth"), outcome -> outcome != null)).isIn(Outcome.KEPT, Outcome.DUPLICATE);
        awaitData(page, 1, 3, 5, 2, 4);
        assertThat(page.closeCode()).isZero();
    }

    @Test
    void whileAReadersShardIsAwayTheOthersGetWhatIsOnTheBoardAndTheReaderGetsItAfterwards() throws Exception {
        int lost = (memberOf("websocket") + 1) % 3;
        int other = (lost + 1) % 3;
        String group = named("group:", other);
        String waits = named("", lost);
        String served = named("", other);
        for (String user : List.of(waits, served)) {
            node.groups().add(group, user).get(20, TimeUnit.SECONDS);
        }
        TestPage waiting = loggedIn(waits);
        TestPage page = loggedIn(served);
        assertThat(publish(group, "1", "first")).isEqualTo(Outcome.KEPT);
        awaitData(waiting, 1);
        awaitData(page, 1);

        RedisCluster.Member away = cluster.members().get(lost);
        away.kill();
        awaitNoticed(away);
        for (int i = 2; i <= 5; i++) {
            add("\"to_group\":\"" + group + "\"", i);
        }
        awaitData(page, 1, 2, 3, 4, 5);
        assertThat(data(waiting)).containsExactly(1);

        away.start();
        cluster.awaitWhole();
        awaitData(waiting, 1, 2, 3, 4, 5);
        add("\"to_group\":\"" + group + "\"", 6);
        awaitData(page, 1, 2, 3, 4, 5, 6);
        awaitData(waiting, 1, 2, 3, 4, 5, 6);
        assertThat(waiting.closeCode()).isZero();
    }

    private Outcome publish(String group, String data, String id) throws Exception {
        return node.boards().publish("group:" + group, List.of(new Draft(new Message("n", Address.group(group), data, id, 0, 0), null))).get(20, TimeUnit.SECONDS).get(0).outcome();
    }

    private void publishTo(String user, int data) throws Exception {
        node.inbox().publish(user, List.of(new Draft(new Message("n", user, Integer.toString(data), null, 0), null))).get(20, TimeUnit.SECONDS);
    }

    private static void add(String to, int data) {
        cluster.commands().xadd(RedisServer.STREAM, Map.of("message", "{\"msg_type\":\"n\"," + to + ",\"data\":" + data + "}"));
    }

    private TestPage loggedIn(String user) {
        TestPage page = node.open(user).login(null);
        await().atMost(SOON).until(() -> page.from() != null);
        return page;
    }

    private static void awaitData(TestPage page, Integer... data) {
        await().atMost(SOON).untilAsserted(() -> assertThat(data(page)).containsExactly(data));
    }

    private static List<Integer> data(TestPage page) {
        return page.frames().stream().filter(frame -> frame.contains("\"msg_type\":\"n\"")).map(frame -> Integer.parseInt(frame.replaceAll(".*\"data\":(\\d+).*", "$1"))).toList();
    }

    private static void awaitNoticed(RedisCluster.Member away) {
        await().atMost(SOON).until(() -> cluster.members().stream().filter(member -> member != away)
                .allMatch(member -> member.commands().clusterNodes().lines().anyMatch(line -> line.contains(":" + away.port() + "@") && line.contains("fail") && !line.contains("fail?"))));
    }

    private static int memberOf(String tag) {
        return SlotHash.getSlot(tag) * 3 / SlotHash.SLOT_COUNT;
    }

    /** A name whose slot, with what Bellhop writes before it, this member has from the beginning. */
    private static String named(String before, int member) {
        return IntStream.range(0, 1_000).mapToObj(i -> "n" + i + "-" + System.nanoTime()).filter(name -> memberOf(before + name) == member).findFirst().orElseThrow();
    }
}
