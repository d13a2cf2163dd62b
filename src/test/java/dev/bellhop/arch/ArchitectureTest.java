package dev.bellhop.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What holds the packages apart. Redis is the only seam between what publishes and what holds connections. */
@AnalyzeClasses(packages = "dev.bellhop", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** A class in a package that is not named here fails: a new room needs a place in the house. */
    @ArchTest
    static final ArchRule WHO_MAY_IMPORT_WHOM = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .ensureAllClassesAreContainedInArchitecture()
            .layer("message").definedBy("dev.bellhop.message..")
            .layer("config").definedBy("dev.bellhop.config..")
            .layer("metric").definedBy("dev.bellhop.metric..")
            .layer("problem").definedBy("dev.bellhop.problem..")
            .layer("lane").definedBy("dev.bellhop.lane..")
            .layer("redis").definedBy("dev.bellhop.redis..")
            .layer("partition").definedBy("dev.bellhop.partition..")
            .layer("login").definedBy("dev.bellhop.login..")
            .layer("rejected").definedBy("dev.bellhop.rejected..")
            .layer("inbox").definedBy("dev.bellhop.inbox..")
            .layer("board").definedBy("dev.bellhop.board..")
            .layer("schedule").definedBy("dev.bellhop.schedule..")
            .layer("presence").definedBy("dev.bellhop.presence..")
            .layer("ingest").definedBy("dev.bellhop.ingest..")
            .layer("intake").definedBy("dev.bellhop.intake..")
            .layer("publish").definedBy("dev.bellhop.publish..")
            .layer("live").definedBy("dev.bellhop.live..")
            .layer("stats").definedBy("dev.bellhop.stats..")
            .layer("http").definedBy("dev.bellhop.http..")
            .layer("logout").definedBy("dev.bellhop.logout..")
            .layer("app").definedBy("dev.bellhop.app..")
            .whereLayer("message").mayNotAccessAnyLayer()
            .whereLayer("config").mayOnlyAccessLayers("message")
            .whereLayer("metric").mayOnlyAccessLayers("message", "config")
            .whereLayer("problem").mayOnlyAccessLayers("message")
            .whereLayer("lane").mayOnlyAccessLayers("message", "config", "metric")
            .whereLayer("redis").mayOnlyAccessLayers("message", "config", "metric")
            .whereLayer("partition").mayOnlyAccessLayers("message", "config", "redis")
            .whereLayer("login").mayOnlyAccessLayers("message", "config", "metric")
            .whereLayer("rejected").mayOnlyAccessLayers("message", "config", "metric", "redis", "partition")
            .whereLayer("inbox").mayOnlyAccessLayers("message", "config", "metric", "redis")
            .whereLayer("board").mayOnlyAccessLayers("message", "config", "metric", "redis", "inbox")
            .whereLayer("schedule").mayOnlyAccessLayers("message", "config", "metric", "lane", "redis", "partition")
            .whereLayer("presence").mayOnlyAccessLayers("message", "config", "metric", "redis")
            .whereLayer("ingest").mayOnlyAccessLayers("message", "config", "metric", "lane", "redis", "partition", "inbox", "board", "rejected")
            .whereLayer("intake").mayOnlyAccessLayers("message", "config", "inbox", "board", "schedule")
            .whereLayer("publish").mayOnlyAccessLayers("message", "config", "board", "intake")
            .whereLayer("live").mayOnlyAccessLayers("message", "config", "metric", "lane", "redis", "inbox", "board", "login", "presence", "rejected", "publish", "problem")
            .whereLayer("stats").mayOnlyAccessLayers("message", "config", "metric", "lane", "redis", "partition", "presence")
            .whereLayer("http").mayOnlyAccessLayers("message", "config", "metric", "redis", "inbox", "board", "schedule", "intake", "login", "presence", "rejected", "stats", "problem")
            .whereLayer("logout").mayNotAccessAnyLayer()
            .whereLayer("app").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule PUBLISHING_AND_CONNECTIONS_MEET_IN_REDIS_ONLY = noClasses().that()
            .resideInAnyPackage("dev.bellhop.publish..", "dev.bellhop.intake..", "dev.bellhop.ingest..", "dev.bellhop.http..")
            .should().dependOnClassesThat().resideInAPackage("dev.bellhop.live..");

    @ArchTest
    static final ArchRule CONNECTIONS_KNOW_OF_THE_JAVA_API_ONLY_WHAT_PAGES_SEND = noClasses().that().resideInAPackage("dev.bellhop.live..")
            .should().dependOnClassesThat(resideInAPackage("dev.bellhop.publish..").and(not(name("dev.bellhop.publish.InboundMessage"))));

    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching("dev.bellhop.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS = noClasses().should().haveSimpleNameEndingWith("Manager").orShould().haveSimpleNameEndingWith("Helper")
            .orShould().haveSimpleNameEndingWith("Util").orShould().haveSimpleNameEndingWith("Utils").orShould().haveSimpleNameEndingWith("Impl");

    /** These look their provider up through the class loader at every call, which cost more than all the rest of a delivery. */
    @ArchTest
    static final ArchRule JSON_PROVIDERS_ARE_LOOKED_UP_ONCE = noClasses().should().callCodeUnitWhere(
            target(owner(name("jakarta.json.Json"))).or(target(owner(name("jakarta.json.bind.JsonbBuilder"))))
                    .or(target(owner(name("jakarta.json.spi.JsonProvider"))).and(target(name("provider"))))
                    .and(describe("is not made while a class is initialised", call -> !call.getOrigin().getName().equals("<clinit>"))));

    @ArchTest
    static final ArchRule NOTHING_GOES_TO_THE_STANDARD_STREAMS = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule STACK_TRACES_GO_TO_THE_LOG = noClasses().should().callMethod(Throwable.class, "printStackTrace");

    @ArchTest
    static final ArchRule THE_LOG_IS_THE_PLATFORMS = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule ONLY_REDIS_KNOWS_WHICH_REDIS_THERE_IS = noClasses().that().resideOutsideOfPackage("dev.bellhop.redis..")
            .should().dependOnClassesThat().haveNameMatching("io\\.lettuce\\.core\\.(RedisClient|cluster\\.RedisClusterClient|resource\\.).*")
            .orShould().dependOnClassesThat().resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule THREADS_ARE_THE_SERVERS = noClasses().should().callConstructor(Thread.class).orShould().callConstructor(Thread.class, Runnable.class)
            .orShould().callConstructor(Thread.class, Runnable.class, String.class)
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.Executors")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Timer");

    /** Nodes' clocks differ: what several nodes write and read counts by the clock of Redis alone. */
    @ArchTest
    static final ArchRule WHAT_NODES_SHARE_GOES_BY_THE_CLOCK_OF_REDIS = noClasses().that()
            .resideInAnyPackage("dev.bellhop.partition..", "dev.bellhop.presence..", "dev.bellhop.stats..", "dev.bellhop.inbox..", "dev.bellhop.schedule..", "dev.bellhop.ingest..")
            .should().callMethod(System.class, "currentTimeMillis").orShould().callMethod(java.time.Instant.class, "now");

    /** The JAX-RS application of a WAR that Bellhop is part of would take in what is found by its annotations alone. */
    @ArchTest
    static final ArchRule NOTHING_IS_FOUND_BY_ANOTHER_APPLICATION = noClasses().should().beAnnotatedWith("jakarta.ws.rs.ext.Provider");
}
