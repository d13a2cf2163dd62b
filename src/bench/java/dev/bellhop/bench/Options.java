package dev.bellhop.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What is to be measured, from system properties ({@code -Dbench.rates=…} and so on).
 *
 * @param scenarios   {@code bench}
 * @param peers       {@code peers}: whom Bellhop is compared with
 * @param users       {@code bench.users} who are connected
 * @param tabs        {@code bench.tabs} of each user
 * @param rates       {@code bench.rates}: deliveries a second
 * @param kept        {@code bench.kept}: kept messages a second
 * @param warmUp      {@code bench.warmup}: seconds of load before each server's first figure
 * @param seconds     {@code bench.seconds}: how long each figure is measured
 * @param connections {@code bench.connections}: of connect and idle
 * @param scheduled   {@code bench.scheduled}: how many messages lie in the zset
 * @param due         {@code bench.due}: how many of them are due a second
 * @param messages    {@code bench.messages}: how many messages the scenario redis keeps
 * @param gate        {@code bench.gate}: how many times a peer's CPU a delivery by Bellhop may cost; 0 for no limit
 * @param away        {@code bench.away}: users whom Redis knows and who are not connected, in boards
 * @param check       {@code bench.check}: seconds after which pages show their login again, in check
 * @param javaOptions {@code bench.java.options}: of each server that runs on a JVM
 */
record Options(List<String> scenarios, List<String> peers, int users, int tabs, int[] rates, int[] kept, int warmUp, int seconds, int connections,
        int scheduled, int due, int messages, double gate, int away, int check, List<String> javaOptions, Path checkout) {

    static Options read() {
        return new Options(list("bench", "steady,connect,idle,kept,scheduled,post,stalled,boards"), list("peers", "netty,spring,ws"),
                number("bench.users", 500), number("bench.tabs", 4), numbers("bench.rates", "2000,8000,20000,40000,80000,112000"),
                numbers("bench.kept", "2000,5000,10000,20000"), number("bench.warmup", 10), number("bench.seconds", 10),
                number("bench.connections", 10_000), number("bench.scheduled", 1_000_000), number("bench.due", 20_000), number("bench.messages", 200_000),
                Double.parseDouble(text("bench.gate", "0")), number("bench.away", 1_000_000), number("bench.check", 90),
                List.of(text("bench.java.options", "-Xms1g -Xmx1g -XX:G1ConcRefinementThreads=0").split(" ")), Path.of(System.getProperty("project.basedir", "")).toAbsolutePath());
    }

    private static String text(String name, String otherwise) {
        String value = System.getProperty(name, "");
        return value.isBlank() || value.startsWith("${") ? otherwise : value; // Maven leaves what is not set as it stands
    }

    private static List<String> list(String name, String otherwise) {
        return Arrays.stream(text(name, otherwise).split(",")).map(String::strip).filter(one -> !one.isEmpty() && !one.equals("none")).toList();
    }

    private static int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    private static int[] numbers(String name, String otherwise) {
        return list(name, otherwise).stream().mapToInt(Integer::parseInt).toArray();
    }

    /** The command that measures the same again. */
    static String command() {
        StringBuilder command = new StringBuilder("./mvnw -Pbench");
        for (String name : new java.util.TreeSet<>(System.getProperties().stringPropertyNames())) {
            String value = System.getProperty(name);
            if ((name.equals("bench") || name.startsWith("bench.") || name.equals("peers")) && !value.isBlank() && !value.startsWith("${")) {
                command.append(" -D").append(name).append('=').append(value.contains(" ") ? '\'' + value + '\'' : value);
            }
        }
        String server = System.getProperty("server.name", "wildfly");
        return command.append(server.equals("wildfly") ? "" : " -Dserver=" + server).toString();
    }

    Path target() {
        return checkout.resolve("target/bench");
    }
}
