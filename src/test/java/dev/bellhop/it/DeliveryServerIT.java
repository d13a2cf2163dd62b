package dev.bellhop.it;

import static dev.bellhop.it.MessageText.data;
import static dev.bellhop.it.MessageText.to;
import static dev.bellhop.it.MessageText.toRole;
import static dev.bellhop.it.MessageText.ttl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Now and later, kept and not, on one node and two. */
@Tag("each-redis")
class DeliveryServerIT extends WithServers {

    private static String message(String user, String type, String data) {
        return MessageText.message(type, to(user), data(data));
    }

    @Test
    void aPublishedMessageReachesEveryPageOfTheUserOnEveryNodeAndNobodyElse() {
        Page here = Page.loggedIn(FormLogin.as("guest1", first));
        Page hereToo = Page.loggedIn(FormLogin.as("guest1", first));
        Page there = Page.loggedIn(FormLogin.as("guest1", second()));
        Page stranger = Page.loggedIn(FormLogin.as("guest2", first));
        redis.publish(message("guest1", "now", "1"));
        for (Page page : List.of(here, hereToo, there)) {
            assertThat(page.awaitFrames("now", 1)).containsExactly("{\"msg_type\":\"now\",\"data\":1}");
        }
        redis.publish(message("guest2", "end", "1"));
        stranger.awaitType("end");
        assertThat(stranger.frames("now")).isEmpty();
        List.of(here, hereToo, there, stranger).forEach(Page::close);
    }

    @Test
    void dataArrivesDigitForDigit() {
        String data = "{ \"id\":12345678901234567890123456789, \"price\" : 1.10, \"huge\":1E400,\"minus\":-0.0,"
                + "\"text\":\"é漢😀\\u0000\\\"\\/\",\"deep\":[[[{\"a\":[null,true,false,{}]}]]] }";
        try (Page page = Page.loggedIn(FormLogin.as("guest3", first))) {
            redis.publish(message("guest3", "exact", data));
            redis.add(message("guest3", "exact", data));
            List<String> frames = page.awaitFrames("exact", 2);
            assertThat(frames.get(0)).endsWith("\"data\":" + data + "}");
            assertThat(frames.get(1)).endsWith("\"data\":" + data + "}");
        }
    }

    @Test
    void aUserIdMayBeANumberAndAStarIsEverybody() {
        try (Page page = Page.loggedIn(FormLogin.as("4242", first))) {
            redis.publish("{\"msg_type\":\"number\",\"to_user_id\":4242,\"data\":null}");
            redis.publish(MessageText.message("everybody", to("*")));
            assertThat(page.awaitFrames("number", 1)).containsExactly("{\"msg_type\":\"number\",\"data\":null}");
            assertThat(page.awaitFrames("everybody", 1)).containsExactly("{\"msg_type\":\"everybody\"}");
        }
    }

    /** The container is asked for the role at the handshake, though Bellhop's own web.xml does not name it. */
    @Test
    void whatIsForARoleComesToWhoHoldsIt() {
        try (Page holder = Page.loggedIn(FormLogin.as("alice", first)); Page other = Page.loggedIn(FormLogin.as("guest3", first))) {
            redis.add(MessageText.message("for the role", toRole("manager"), data(1), ttl(20)));
            redis.publish(MessageText.message("for the role, now", toRole("manager"), data(2)));
            assertThat(holder.awaitFrames("for the role", 1).get(0)).startsWith("{\"id\":");
            assertThat(holder.awaitFrames("for the role, now", 1)).hasSize(1);
            redis.publish(MessageText.message("after", to("guest3")));
            other.awaitFrames("after", 1);
            assertThat(other.frames("for the role")).isEmpty();
            assertThat(other.frames("for the role, now")).isEmpty();
        }
    }

    @Test
    void whatIsKeptWaitsForTheUserAndComesInOrderOnce() {
        FormLogin login = FormLogin.as("guest5", first);
        for (int i = 0; i < 250; i++) {
            redis.add(message("guest5", "waiting", Integer.toString(i)));
        }
        await().until(() -> redis.commands().xlen(RedisServer.STREAM) == 0);
        try (Page page = Page.loggedIn(login); Page next = Page.open(login)) {
            assertThat(page.awaitFrames("waiting", 250)).extracting(frame -> Page.parse(frame).getInt("data"))
                    .containsExactlyElementsOf(IntStream.range(0, 250).boxed().toList());
            JsonObject answer = next.login().getJsonObject("data");
            assertThat(answer.getInt("unread")).isEqualTo(250);
            assertThat(answer.getBoolean("recovered")).isTrue();
            redis.add(message("guest5", "then", "1"));
            next.awaitType("then");
            assertThat(next.frames("waiting")).as("sent to another page already").isEmpty();
        }
    }

    @Test
    void aPageThatNamesItsLastIdGetsExactlyWhatCameAfter() {
        FormLogin login = FormLogin.as("guest6", first);
        Page page = Page.loggedIn(login);
        for (int i = 0; i < 10; i++) {
            redis.add(message("guest6", "n", Integer.toString(i)));
        }
        List<String> frames = page.awaitFrames("n", 10);
        page.close();
        try (Page again = Page.open(login)) {
            JsonObject answer = again.login(Page.parse(frames.get(3)).getString("id")).getJsonObject("data");
            assertThat(answer.getBoolean("recovered")).isTrue();
            assertThat(again.awaitFrames("n", 6)).isEqualTo(frames.subList(4, 10));
        }
    }

    @Test
    void aScheduledMessageComesAtItsTimeOnceHoweverManyNodesRun() {
        Page here = Page.loggedIn(FormLogin.as("guest7", first));
        Page there = Page.loggedIn(FormLogin.as("guest7", second()));
        double due = redis.time() + 1.3;
        redis.schedule(due, message("guest7", "later", "1"));
        redis.schedule(redis.time() - 60, message("guest7", "past", "1"));
        here.awaitType("past");
        assertThat(here.frames("later")).as("not before its time").isEmpty();
        here.awaitType("later");
        double late = redis.time() - due;
        assertThat(late).isBetween(0.0, 3.0); // within a second, but for a pause of a busy machine
        redis.publish(message("guest7", "end", "1"));
        here.awaitType("end");
        there.awaitType("end");
        assertThat(here.frames("later")).hasSize(1);
        assertThat(there.frames("later")).hasSize(1);
        here.close();
        there.close();
    }

    @Test
    void readOnOnePageShowsOnTheUsersOtherPagesOnEveryNode() {
        Page here = Page.loggedIn(FormLogin.as("guest8", first));
        Page there = Page.loggedIn(FormLogin.as("guest8", second()));
        redis.add(message("guest8", "a", "1"));
        redis.add(message("guest8", "b", "1"));
        String id = here.awaitType("a").getString("id");
        there.awaitType("b");
        here.send("{\"msg_type\":\"read\",\"data\":{\"id\":\"" + id + "\"}}");
        JsonObject read = there.awaitType("read").getJsonObject("data");
        assertThat(read.getString("id")).isEqualTo(id);
        assertThat(read.getInt("unread")).isEqualTo(1);
        assertThat(here.frames("read")).isEmpty();
        here.close();
        there.close();
    }

    @Test
    void whatAPageSendsIsWrittenToTheConsumerStreamWithTheUserOfItsLogin() {
        try (Page page = Page.loggedIn(FormLogin.as("guest9", first))) {
            page.send("{\"msg_type\":\"order\",\"from_user_id\":\"alice\",\"data\":{\"amount\":1.50}}");
            Map<String, String> entry = await().until(() -> redis.commands()
                    .xrevrange(RedisServer.CONSUMER_STREAM, io.lettuce.core.Range.unbounded(), io.lettuce.core.Limit.from(50)).stream()
                    .map(message -> message.getBody()).filter(body -> "guest9".equals(body.get("from_user_id"))).findFirst().orElse(null),
                    body -> body != null);
            assertThat(entry).containsEntry("msg_type", "order").containsEntry("data", "{\"amount\":1.50}")
                    .containsKeys("at", "node").hasSize(5);
        }
    }

    @Test
    void anUpdateOfTheServerDrainsItsPagesAndTheyResumeElsewhere() {
        ServerNode other = second();
        FormLogin login = FormLogin.as("guest10", first);
        FormLogin elsewhere = FormLogin.as("guest10", other);
        Page page = Page.loggedIn(login);
        redis.add(message("guest10", "before", "1"));
        String last = page.awaitType("before").getString("id");
        first.undeploy("bellhop.war");
        try {
            assertThat(page.awaitClose()).isEqualTo(1001);
            redis.add(message("guest10", "meanwhile", "1"));
            try (Page resumed = Page.open(elsewhere, other)) {
                assertThat(resumed.login(last).getJsonObject("data").getBoolean("recovered")).isTrue();
                resumed.awaitType("meanwhile");
                assertThat(resumed.frames("before")).isEmpty();
            }
        } finally {
            first.deploy("bellhop.war");
            first.awaitReady();
        }
    }

    @Test
    void aNodeHearsOnlyOfUsersWhoseConnectionsItHolds() {
        ServerNode other = second();
        try (Page page = Page.loggedIn(FormLogin.as("guest11", first))) {
            double before = heard(other);
            for (int i = 0; i < 50; i++) {
                redis.add(message("guest11", "mine", "1"));
            }
            page.awaitFrames("mine", 50);
            // not exactly: nodes hear of one another as well
            assertThat(heard(other)).isLessThan(before + 25);
        }
    }

    @Test
    void aSubscriptionOutlivesItsLastPageForAWhileSoThatAClickCostsNothing() {
        FormLogin login = FormLogin.as("guest12", first);
        Page.loggedIn(login).close();
        awaitOffline("guest12");
        double before = heard(first);
        redis.add(message("guest12", "between", "1"));
        await().until(() -> heard(first) > before);
        try (Page next = Page.loggedIn(login)) {
            assertThat(next.awaitFrames("between", 1)).hasSize(1);
        }
    }

    private static double heard(ServerNode node) {
        return FormLogin.none(node).get("/bellhop/metrics").body().lines().filter(line -> line.startsWith("bellhop_heard_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1))).findFirst().orElse(0);
    }
}
