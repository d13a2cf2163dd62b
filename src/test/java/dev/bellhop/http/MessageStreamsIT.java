package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bellhop.inbox.Inbox;
import dev.bellhop.intake.Intake;
import dev.bellhop.it.RedisServer;
import dev.bellhop.live.TestNode;
import dev.bellhop.message.Message;
import dev.bellhop.problem.Problem;
import dev.bellhop.schedule.Schedule;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lines of messages, each answered, on a real Redis. */
class MessageStreamsIT {

    @RegisterExtension
    static final RedisServer redis = RedisServer.create();
    private static final TestNode node = TestNode.start(redis, "bellhop.connection.max-message-size=2000", "bellhop.inbox.max-messages=100000").awaitRedis();
    private static final Intake intake = new Intake(node.inbox(), node.boards(), new Schedule(node.redis(), node.partitions(), node.promotion()));
    private static final MessageStreams streams = new MessageStreams(intake, node.settings());

    private static List<String> answers(String body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        streams.lines(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))).write(out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static String line(String user, String rest) {
        return "{\"msg_type\":\"n\",\"to_user_id\":\"" + user + "\"" + rest + "}\n";
    }

    private static List<String> kept(String user) {
        List<String> tails = new java.util.ArrayList<>();
        Inbox.Page page = node.inbox().page(user, null, 1_000).join();
        while (true) {
            page.messages().forEach(item -> tails.add(0, item.frameTail().replaceAll(".*\"data\":(.*)}", "$1")));
            if (page.next() == null) {
                return tails;
            }
            page = node.inbox().page(user, page.next(), 1_000).join();
        }
    }

    @Test
    void eachLineIsAnsweredInItsOrderAndABadOneHarmsNoOther() throws IOException {
        StringBuilder body = new StringBuilder("\n \r\n");
        for (int i = 0; i < 10_000; i++) {
            body.append(switch (i) {
                case 17 -> "{\n";
                case 4_000 -> line("u0", ",\"data\":\"" + "x".repeat(2_000) + "\"");
                case 5_000 -> "x".repeat(3_000_000) + "\n";
                case 6_000 -> "{\"msg_type\":\"n\",\"to_user_ids\":[\"a1\",\"a2\"]}\r\n\r\n";
                default -> line("u" + i % 20, ",\"data\":" + i);
            });
        }
        body.append(line("u0", ",\"data\":10000").strip()); // why: the last line may have no end
        List<String> answers = answers(body.toString());
        assertThat(answers).hasSize(10_001);
        for (int i = 0; i <= 10_000; i++) {
            assertThat(answers.get(i)).as("line " + i).startsWith(switch (i) {
                case 17 -> "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,";
                case 4_000, 5_000 -> "{\"type\":\"about:blank\",\"title\":\"Request Entity Too Large\",\"status\":413,";
                case 6_000 -> "{\"messages\":[{\"to_user_id\":\"a1\",\"id\":\"";
                default -> "{\"messages\":[{\"to_user_id\":\"u" + i % 20 + "\",\"id\":\"";
            });
        }
        for (int user = 0; user < 20; user++) {
            int mine = user;
            assertThat(kept("u" + user)).isEqualTo(IntStream.rangeClosed(0, 10_000)
                    .filter(i -> i % 20 == mine && i != 17 && i != 4_000 && i != 5_000 && i != 6_000).mapToObj(Integer::toString).toList());
        }
    }

    /** A call of the script costs Redis more than a message in it. Each asks once which Redis this is. */
    @Test
    void aListIsKeptInOneCallOfTheScript() {
        String list = "{\"msg_type\":\"n\",\"to_user_ids\":["
                + IntStream.range(0, 100).mapToObj(i -> "\"listed" + i + '"').collect(Collectors.joining(",")) + "]}";
        redis.commands().configResetstat();
        assertThat(streams.publish(new ByteArrayInputStream(list.getBytes(StandardCharsets.UTF_8)))).contains("listed0", "listed99");
        assertThat(redis.commands().info("commandstats")).contains("cmdstat_publish:calls=100,", "cmdstat_info:calls=1,");
    }

    @Test
    void whatFewSendWhileACallIsUnderWayGoesTogetherInTheNext() {
        redis.commands().configResetstat();
        redis.commands().clientPause(300);
        List<CompletableFuture<String>> kept = IntStream.range(0, 10)
                .mapToObj(i -> intake.keep(new Message("n", "together" + i, null, null, 0))).toList();
        kept.forEach(CompletableFuture::join);
        assertThat(redis.commands().info("commandstats")).contains("cmdstat_publish:calls=10,", "cmdstat_info:calls=2,");
    }

    /** One with an id is looked up before it is kept; the ones behind it do not overtake it. */
    @Test
    void messagesToOneUserAreKeptInTheOrderOfTheLinesWhicheverHaveAnId() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 600; i++) {
            body.append(line("ordered" + i % 2, ",\"data\":" + i + (i % 3 == 0 ? ",\"id\":\"id" + i + "\"" : "")));
        }
        List<String> answers = answers(body.toString());
        assertThat(answers).allMatch(answer -> answer.startsWith("{\"messages\""));
        for (int user = 0; user < 2; user++) {
            int mine = user;
            assertThat(kept("ordered" + user)).isEqualTo(IntStream.range(0, 600).filter(i -> i % 2 == mine).mapToObj(Integer::toString).toList());
        }
        assertThat(answers(line("ordered0", ",\"data\":0,\"id\":\"id0\"")).get(0)).as("the same id, the same answer").isEqualTo(answers.get(0));
    }

    @Test
    void aClientThatWaitsForEachAnswerGetsIt() throws Exception {
        PipedOutputStream toServer = new PipedOutputStream();
        PipedInputStream body = new PipedInputStream(toServer);
        PipedInputStream fromServer = new PipedInputStream();
        PipedOutputStream out = new PipedOutputStream(fromServer);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> write(streams.lines(body), out));
        try (Scanner answers = new Scanner(fromServer, StandardCharsets.UTF_8)) {
            for (int i = 0; i < 3; i++) {
                toServer.write(line("patient", ",\"data\":" + i).getBytes(StandardCharsets.UTF_8));
                toServer.flush();
                assertThat(answers.nextLine()).startsWith("{\"messages\"");
            }
            toServer.close();
            call.join();
        }
    }

    private static void write(StreamingOutput lines, OutputStream out) {
        try {
            lines.write(out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A client that does not read its answers is read no further, so nothing grows. */
    @Test
    void whoDoesNotReadIsNotRead() throws Exception {
        byte[] line = line("slow", ",\"data\":\"" + "x".repeat(500) + "\"").getBytes(StandardCharsets.UTF_8);
        int lines = 20_000;
        AtomicLong read = new AtomicLong();
        InputStream body = new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] to, int at, int most) {
                long left = (long) lines * line.length - read.get();
                int some = (int) Math.min(most, left);
                for (int i = 0; i < some; i++) {
                    to[at + i] = line[(int) ((read.get() + i) % line.length)];
                }
                read.addAndGet(some);
                return left == 0 ? -1 : some;
            }

            @Override
            public int available() {
                return 1;
            }
        };
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        ByteArrayOutputStream answers = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int at, int some) {
                try {
                    stuck.countDown();
                    reads.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.write(bytes, at, some);
            }
        };
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> write(streams.lines(body), answers));
        stuck.await();
        assertThat(read.get()).isLessThan(2 * MessageStreams.CHARS_UNDER_WAY);
        reads.countDown();
        call.join();
        assertThat(answers.toString(StandardCharsets.UTF_8).lines()).hasSize(lines);
        assertThat(kept("slow")).hasSize(lines);
    }

    /** A client at a server's limit for bodies took all for kept, as nobody told it otherwise. */
    @Test
    void aBodyThatIsCutEndsTheCallWithAProblemAndOnlyWholeLinesArePublished() throws IOException {
        InputStream cut = new InputStream() {
            private final InputStream begun = new ByteArrayInputStream((line("cut", ",\"data\":1") + line("cut", ",\"data\":2").strip()).getBytes(StandardCharsets.UTF_8));

            @Override
            public int read() throws IOException {
                int next = begun.read();
                if (next < 0) {
                    throw new IOException("connection reset");
                }
                return next;
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        streams.lines(cut).write(out);
        List<String> answers = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(answers).hasSize(2);
        assertThat(answers.get(1)).contains("\"status\":413", "broke off");
        assertThat(kept("cut")).containsExactly("1");
    }

    @Test
    void onlySomeCallsAtOnce() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicLong open = new AtomicLong();
        InputStream waits = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    open.incrementAndGet();
                    end.await();
                    return -1;
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        java.util.concurrent.ExecutorService threads = java.util.concurrent.Executors.newCachedThreadPool();
        List<CompletableFuture<Void>> calls = new java.util.ArrayList<>();
        for (int i = 0; i < MessageStreams.MOST_CALLS; i++) {
            calls.add(CompletableFuture.runAsync(() -> write(streams.lines(waits), OutputStream.nullOutputStream()), threads));
        }
        await().until(() -> open.get() == MessageStreams.MOST_CALLS);
        assertThatThrownBy(() -> streams.lines(waits)).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo(Problem.Code.TOO_MANY));
        end.countDown();
        calls.forEach(CompletableFuture::join);
        threads.shutdown();
        assertThat(answers(line("after", ""))).hasSize(1);
    }
}
