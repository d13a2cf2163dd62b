package dev.bellhop.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bellhop.chaos.Crowd;
import dev.bellhop.chaos.Doors;
import dev.bellhop.chaos.Ledger;
import dev.bellhop.chaos.Producer;
import dev.bellhop.chaos.Producer.Door;
import dev.bellhop.chaos.ResumingPage;
import dev.bellhop.chaos.Senders;
import dev.bellhop.it.FormLogin;
import dev.bellhop.it.WithServers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Days of what happens in the world, in minutes; then nothing may have grown: not the heap, nor threads, class loaders, open
 * files, connections or what lies in Redis. And nothing that was kept may be lost.
 *
 * <p>{@code -Dsoak.minutes=60} makes it longer: the least leak it can see gets smaller. The curves are in
 * {@code target/soak/<server>}. {@code -Dsoak.redeploy-every=0.5} has it redeployed more often, and {@code -Dsoak.dump=<file>} leaves a
 * heap dump of the server at the end: it shows who holds what has stayed. What takes a day in production takes minutes here: see {@link #SETTINGS} and {@link Day}.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class SoakServerIT extends WithServers {

    private static final double MINUTES = Double.parseDouble(System.getProperty("soak.minutes", "1"));
    private static final long SEED = Long.getLong("soak.seed", 20_240_601);
    /** In minutes; 0: now and then, as suits the length. */
    private static final double REDEPLOY_EVERY = Double.parseDouble(System.getProperty("soak.redeploy-every", "0"));
    /** Where a heap dump of the server goes at the end; empty: none. */
    private static final String DUMP = System.getProperty("soak.dump", "");
    /** From here on there is time for a server to come to rest, and for a {@link Day} to pass. */
    private static final double STRICT = 10;
    private static final int SAMPLES = 60;
    /** However short it is, and however busy the machine. */
    private static final int FEWEST = 9;
    private static final double LONGEST_BETWEEN = 4 / 60.0;
    private static final int PER_SECOND = 6;
    private static final int USERS = 20;

    private static final Map<String, String> SETTINGS = Map.of(
            "bellhop.inbox.retention", "PT2M", // longer than a redeployment
            "bellhop.inbox.max-messages", "300",
            "bellhop.consumer-stream.max-length", "500",
            "bellhop.login-check", "PT20S",
            "bellhop.ping-interval", "PT5S");

    /** The demonstration application again. Its HTTP sessions end when they have not been used for a minute, not half an hour. */
    private static final String APPLICATION = "/brief";

    /** The HTTP session ends when it has not been used for some seconds. */
    private static final String BRIEF = "<%@ page session=\"false\" %><% request.getSession(true).setMaxInactiveInterval(15); %>";

    private final Random random = new Random(SEED);
    private final Ledger ledger = new Ledger();
    private final List<Producer> publishers = new ArrayList<>();
    private final Doors doors = new Doors(redis, first);
    private final Guests guests = new Guests(APPLICATION, first, redis, random);
    private final Gauges gauges = new Gauges(first, redis, MINUTES >= STRICT);
    private final List<Double> redeployed = new ArrayList<>();
    private final Path directory = Path.of(System.getProperty("project.basedir", ""), "target", "soak", System.getProperty("server.name", "wildfly")).toAbsolutePath();

    @BeforeEach
    void shortDays() {
        stopSecond(); // why: it has the usual settings, and would keep for 30 days what it reads from the stream
        first.undeploy("bellhop.war");
        SETTINGS.forEach(first::setting);
        first.deploy("bellhop.war");
        first.awaitReady();
        first.deploy(brief());
    }

    @AfterEach
    void asBefore() {
        publishers.forEach(Thread::interrupt);
        guests.close();
        doors.close();
        first.undeploy("brief.war");
        first.undeploy("bellhop.war");
        SETTINGS.keySet().forEach(name -> first.setting(name, null));
        first.deploy("bellhop.war");
        first.awaitReady();
    }

    private Path brief() {
        Path war = directory.resolve("brief.war");
        war.getParent().toFile().mkdirs();
        WebArchive shop = ShrinkWrap.create(ZipImporter.class, "brief.war").importFrom(directory.resolveSibling("../shop.war").normalize().toFile()).as(WebArchive.class);
        try (InputStream xml = shop.get("WEB-INF/web.xml").getAsset().openStream()) {
            String brief = new String(xml.readAllBytes(), StandardCharsets.UTF_8).replace("<session-config>", "<session-config><session-timeout>1</session-timeout>");
            shop.delete("WEB-INF/web.xml");
            shop.setWebXML(new StringAsset(brief)).addAsWebResource(new StringAsset(BRIEF), "brief.jsp").as(ZipExporter.class).exportTo(war.toFile(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return war;
    }

    @Test
    void nothingGrows() throws IOException {
        Day day = new Day(redis);
        for (int i = 0; i < 1_100; i++) { // why: the list of what was rejected is to be full from the start
            redis.add("nonsense");
        }
        String run = "soak-" + Long.toString(System.currentTimeMillis(), 36);
        try (Crowd crowd = new Crowd(run, IntStream.range(900, 900 + USERS).mapToObj(i -> "guest" + i).toList(), List.of(first), random, APPLICATION)) {
            crowd.pages().forEach(ResumingPage::connect);
            await().atMost(Duration.ofSeconds(60)).until(crowd::areAllLoggedIn);
            publish(crowd, "http", doors.http(crowd, false), 0);
            publish(crowd, "http-later", doors.http(crowd, true), 5);
            publish(crowd, "stream", doors.stream(), 0);
            publish(crowd, "zset", doors.zset(), 5);
            crowd.letLive();
            guests.letCome();
            repeat(crowd, 11_000, () -> crowd.stallOne(4_000));
            repeat(crowd, 7_000, () -> someLogin(crowd).logout()); // its pages are closed, and the user logs in again
            repeat(crowd, 3_000, () -> someLogin(crowd).get("/bellhop/api/me/messages?limit=20"));
            soak(day);
            guests.close();
            publishers.forEach(Producer::finish);
            Senders.awaitEnd(publishers);
            crowd.calmDown();
            if (!DUMP.isEmpty()) {
                first.jcmd("GC.run");
                first.jcmd("GC.heap_dump", DUMP);
            }
            judge(crowd, day);
        }
        await("every connection is closed").atMost(Duration.ofSeconds(60)).until(() -> gauges.openConnections() == 0);
    }

    private void publish(Crowd crowd, String door, Door how, double latest) {
        Producer publisher = new Producer(door, how, latest, PER_SECOND, crowd, ledger, new Random(SEED + publishers.size()));
        publishers.add(publisher);
        publisher.start();
    }

    private FormLogin someLogin(Crowd crowd) {
        return crowd.login(crowd.pages().get(crowd.random(crowd.pages().size())).user(), first);
    }

    private void repeat(Crowd crowd, int millis, Runnable act) {
        crowd.later(() -> {
            if (publishers.get(0).isAlive()) {
                try {
                    act.run();
                } catch (RuntimeException away) {
                    assertThat(redeployed).as("it is away only while it is redeployed: " + away).isNotEmpty();
                }
                repeat(crowd, millis, act);
            }
        }, millis);
    }

    /** Takes samples, and redeploys now and then: at rest, a sample is never taken meanwhile. */
    private void soak(Day day) {
        long start = System.nanoTime();
        double between = Math.max(LONGEST_BETWEEN, MINUTES / SAMPLES);
        double redeployEvery = REDEPLOY_EVERY > 0 ? REDEPLOY_EVERY : Math.max(MINUTES / 2, 1) <= 2 ? MINUTES / 2 : Math.max(2, MINUTES / 15);
        double nextRedeploy = redeployEvery;
        while (minutes(start) < MINUTES || gauges.samples() < FEWEST) {
            sleep(between);
            if (minutes(start) >= nextRedeploy && nextRedeploy < MINUTES) {
                redeployed.add(minutes(start));
                first.redeploy("bellhop.war");
                first.awaitReady();
                nextRedeploy += redeployEvery;
            } else {
                gauges.read(minutes(start));
                day.pass();
            }
        }
    }

    private void judge(Crowd crowd, Day day) throws IOException {
        String late = "";
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> crowd.pages().stream().allMatch(page -> page.shownCount() >= ledger.count(page.user())));
        } catch (ConditionTimeoutException lost) {
            late = "; waited in vain for the last";
        }
        Ledger.Verdict verdict = ledger.judge(crowd.screens());
        int kept = ledger.perDoor().values().stream().mapToInt(Number::intValue).sum();
        String summary = "soak " + crowd.run() + " on " + first.server() + ", " + MINUTES + " minutes, seed " + SEED + ": kept " + kept + " " + ledger.perDoor()
                + ", lost " + verdict.lost().size() + ", repeated " + verdict.repeated().size() + ", out of order " + verdict.outOfOrder().size()
                + ", early " + verdict.early().size() + late + "; " + crowd.counts + "; redeployed " + redeployed.size() + " times; guests " + guests.ended() + " of " + guests.came()
                + " " + guests.failures() + "; keys forgotten " + day.forgotten() + ", lasting " + day.lasting()
                + "; calls in doubt " + publishers.stream().collect(Collectors.toMap(Thread::getName, publisher -> publisher.doubts() + " " + publisher.reasons()))
                + "\n" + Curve.heading() + "\n" + gauges.curves().stream().map(Curve::toString).collect(Collectors.joining("\n"));
        System.out.println(summary);
        new Report(gauges.curves(), redeployed).write(directory, first.server() + ", " + MINUTES + " minutes");
        if (crowd.failure() != null) {
            throw new AssertionError("the test is wrong", crowd.failure());
        }
        assertThat(verdict).as(() -> crowd.pages().stream().filter(page -> verdict.lost().stream().anyMatch(lost -> lost.startsWith(page + " "))).limit(2)
                .map(page -> page + ":\n  " + String.join("\n  ", page.diary())).collect(Collectors.joining("\n"))).matches(Ledger.Verdict::isGood);
        assertThat(guests.ended()).as("guests who did all that they came for").isGreaterThan(guests.came() / 4);
        assertThat(day.lasting()).as("keys that never expire").isEmpty();
        assertThat(gauges.curves().stream().filter(Curve::grows)).as(() -> summary + "\nmost of the heap's growth:\n" + gauges.grown()).isEmpty();
    }

    private static double minutes(long start) {
        return (System.nanoTime() - start) / 60e9;
    }

    private static void sleep(double minutes) {
        try {
            Thread.sleep((long) (minutes * 60_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
