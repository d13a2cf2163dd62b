package dev.bellhop.app;

import dev.bellhop.config.Node;
import dev.bellhop.ingest.IngestReader;
import dev.bellhop.live.Connections;
import dev.bellhop.live.Logins;
import dev.bellhop.ops.NodeReporter;
import dev.bellhop.redis.Redis;
import dev.bellhop.schedule.Promotion;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Starts the parts in the order in which they need each other, and stops them the other way round. */
@WebListener
public class Lifecycle implements ServletContextListener {
    private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());

    @Resource
    private ManagedThreadFactory threads;

    @Inject
    private Node node;
    @Inject
    private Redis redis;
    @Inject
    private Connections connections;
    @Inject
    private Logins logins;
    @Inject
    private IngestReader ingestReader;
    @Inject
    private Promotion promotion;
    @Inject
    private NodeReporter reporter;

    @Override
    public void contextInitialized(ServletContextEvent start) {
        redis.start(threads); // does not wait for Redis: the application is to start without it
        connections.start(threads);
        logins.start(start.getServletContext().getContextPath());
        ingestReader.start();
        reporter.start();
        LOG.log(System.Logger.Level.INFO, "Bellhop node {0} started at {1}/ws", node.name(), start.getServletContext().getContextPath());
    }

    @Override
    public void contextDestroyed(ServletContextEvent stop) {
        logins.stop();
        promotion.stop();
        ingestReader.stop(); // before the connections: another node takes over while these are closed
        connections.drain();
        reporter.stop();
        connections.stop();
        redis.stop(threads);
        LOG.log(System.Logger.Level.INFO, "Bellhop node {0} stopped", node.name());
    }
}
