package dev.bellhop.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process has used, by {@code /proc} (Linux). */
final class Cost {
    private static final double TICKS_A_SECOND = 100;
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] Compiler");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    private Cost() {}

    /**
     * Seconds of CPU.
     *
     * @param all  of all threads of the process
     * @param warm of those of a JVM that do not compile
     */
    record Cpu(double all, double warm) {
        static Cpu of(ProcessHandle process) throws IOException {
            double all = cpuSeconds(process);
            return new Cpu(all, all - compilerSeconds(process));
        }

        /** What has been used since. Why never more of the warm: compiler threads that have ended are not counted. */
        Cpu since(Cpu before) {
            double used = all - before.all;
            return new Cpu(used, Math.min(used, warm - before.warm));
        }
    }

    /** Seconds of CPU since it began, of all its threads. */
    static double cpuSeconds(ProcessHandle process) throws IOException {
        return seconds(Files.readString(Path.of("/proc/" + process.pid() + "/stat")));
    }

    /** Seconds of CPU since it began, of those threads of a JVM that compile: they end once it is warm. About: a thread that has ended is not counted. */
    private static double compilerSeconds(ProcessHandle process) throws IOException {
        double sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path thread : threads) {
                try {
                    String stat = Files.readString(thread.resolve("stat"));
                    sum += COMPILER.matcher(stat).find() ? seconds(stat) : 0;
                } catch (IOException ended) {
                    continue; // between the listing and this look at it
                }
            }
        }
        return sum;
    }

    private static double seconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
    }

    /** Megabytes of memory that the process holds. */
    static double residentMegabytes(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0).findFirst().orElse(0);
    }

    /** Megabytes of live objects in a JVM, after a full collection. */
    static double liveMegabytes(ProcessHandle process) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd");
        Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram").redirectErrorStream(true).start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor(60, TimeUnit.SECONDS);
        Matcher total = TOTAL.matcher(answer);
        if (!total.find()) {
            throw new IOException("jcmd does not tell the heap: " + answer.lines().findFirst().orElse(""));
        }
        return Long.parseLong(total.group(1)) / 1048576.0;
    }
}
