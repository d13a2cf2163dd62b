package dev.bellhop.http;

import dev.bellhop.login.Gate;
import dev.bellhop.message.Json;
import dev.bellhop.presence.Presence;
import dev.bellhop.stats.History;
import dev.bellhop.stats.Queues;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.spi.JsonProvider;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** {@code stats}: what all nodes count, as each has last reported, and the depth of the queues in Redis. */
@RequestScoped
@Path(Gate.OWN + "/stats")
@Produces(MediaType.APPLICATION_JSON)
public class StatsResource {
    private static final JsonReaderFactory READERS = JsonProvider.provider().createReaderFactory(Map.of());

    @Inject
    private Caller caller;
    @Inject
    private Presence presence;
    @Inject
    private Queues queues;
    @Inject
    private History history;

    @GET
    public String get() {
        caller.require(Caller.ADMIN);
        CompletableFuture<Map<String, String>> reports = presence.nodes();
        CompletableFuture<Queues.Depths> depths = queues.depths();
        Map<String, String> nodes = Answers.await(reports);
        Map<String, BigDecimal> rates = new TreeMap<>();
        long connections = 0;
        long users = 0;
        StringBuilder each = new StringBuilder();
        for (Map.Entry<String, String> node : nodes.entrySet()) {
            JsonObject report = read(node.getValue());
            connections += report.getJsonObject("metrics").getInt("connections", 0);
            users += report.getJsonObject("metrics").getInt("users", 0);
            report.getJsonObject("rates").forEach((name, rate) -> rates.merge(name, ((JsonNumber) rate).bigDecimalValue(), BigDecimal::add));
            each.append(each.isEmpty() ? "" : ",").append("{\"node\":").append(Json.quote(node.getKey())).append(',').append(node.getValue().substring(1));
        }
        String total = rates.entrySet().stream().map(rate -> Json.quote(rate.getKey()) + ':' + rate.getValue().toPlainString())
                .collect(Collectors.joining(","));
        return "{\"connections\":" + connections + ",\"users\":" + users + ",\"rates\":{" + total + "},"
                + Answers.await(depths).json() + ",\"nodes\":[" + each + "]}";
    }

    /** How the sums over all nodes went in the last ten minutes. */
    @GET
    @Path("/history")
    public String history() {
        caller.require(Caller.ADMIN);
        String points = Answers.await(history.sums()).entrySet().stream()
                .map(sum -> Json.quote(sum.getKey()) + ":["
                        + Arrays.stream(sum.getValue()).mapToObj(StatsResource::number).collect(Collectors.joining(",")) + ']')
                .collect(Collectors.joining(","));
        return "{\"step_seconds\":" + History.STEP.toSeconds() + ",\"points\":{" + points + "}}";
    }

    private static String number(double number) {
        return BigDecimal.valueOf(Math.round(number * 10), 1).stripTrailingZeros().toPlainString();
    }

    private static JsonObject read(String json) {
        try (JsonReader reader = READERS.createReader(new StringReader(json))) {
            return reader.readObject();
        }
    }
}
