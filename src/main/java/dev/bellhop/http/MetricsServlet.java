package dev.bellhop.http;

import dev.bellhop.metric.Metrics;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** This node's metrics in Prometheus's text format. Numbers only: no user, no key, no text from outside. */
@WebServlet(urlPatterns = "/metrics")
public class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final PrometheusTextFormatWriter FORMAT = PrometheusTextFormatWriter.create();

    @Inject
    private transient Metrics metrics;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType(FORMAT.getContentType());
        response.setHeader("Cache-Control", "no-store");
        FORMAT.write(response.getOutputStream(), metrics.registry().scrape());
    }
}
