package dev.bellhop.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
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

    @ArchTest
    static final ArchRule WHO_MAY_IMPORT_WHOM = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("message").definedBy("dev.bellhop.message..")
            .layer("config").definedBy("dev.bellhop.config..")
            .layer("metric").definedBy("dev.bellhop.metric..")
            .layer("redis").definedBy("dev.bellhop.redis..")
            .layer("inbox").definedBy("dev.bellhop.inbox..")
            .layer("schedule").definedBy("dev.bellhop.schedule..")
            .optionalLayer("identity").definedBy("dev.bellhop.identity..")
            .optionalLayer("presence").definedBy("dev.bellhop.presence..")
            .layer("ingest").definedBy("dev.bellhop.ingest..")
            .optionalLayer("publish").definedBy("dev.bellhop.publish..")
            .layer("live").definedBy("dev.bellhop.live..")
            .layer("console").definedBy("dev.bellhop.console..")
            .layer("logout").definedBy("dev.bellhop.logout..")
            .layer("ops").definedBy("dev.bellhop.ops..")
            .layer("app").definedBy("dev.bellhop.app..")
            .whereLayer("message").mayNotAccessAnyLayer()
            .whereLayer("config").mayOnlyAccessLayers("message")
            .whereLayer("metric").mayOnlyAccessLayers("message", "config")
            .whereLayer("redis").mayOnlyAccessLayers("message", "config", "metric")
            .whereLayer("inbox").mayOnlyAccessLayers("message", "config", "metric", "redis")
            .whereLayer("schedule").mayOnlyAccessLayers("message", "config", "metric", "redis")
            .whereLayer("identity").mayOnlyAccessLayers("message", "config", "metric")
            .whereLayer("presence").mayOnlyAccessLayers("message", "config", "metric", "redis")
            .whereLayer("ingest").mayOnlyAccessLayers("message", "config", "metric", "redis", "inbox")
            .whereLayer("publish").mayOnlyAccessLayers("message", "config", "metric", "redis", "inbox", "schedule", "identity", "presence")
            .whereLayer("live").mayOnlyAccessLayers("message", "config", "metric", "redis", "inbox", "identity", "presence")
            .whereLayer("ops").mayOnlyAccessLayers("message", "config", "metric", "redis", "presence")
            .whereLayer("console").mayNotAccessAnyLayer()
            .whereLayer("logout").mayNotAccessAnyLayer()
            .whereLayer("app").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule PUBLISHING_AND_CONNECTIONS_MEET_IN_REDIS_ONLY = noClasses().that().resideInAnyPackage("dev.bellhop.publish..", "dev.bellhop.ingest..")
            .should().dependOnClassesThat().resideInAPackage("dev.bellhop.live..");

    @ArchTest
    static final ArchRule CONNECTIONS_AND_PUBLISHING_MEET_IN_REDIS_ONLY = noClasses().that().resideInAPackage("dev.bellhop.live..")
            .should().dependOnClassesThat().resideInAnyPackage("dev.bellhop.publish..", "dev.bellhop.ingest..");

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
}
