package dev.bellhop.app;

import dev.bellhop.config.Node;
import dev.bellhop.config.Settings;
import dev.bellhop.ingest.IngestReader;
import dev.bellhop.lane.Lanes;
import dev.bellhop.live.Connections;
import dev.bellhop.live.Logins;
import dev.bellhop.live.Subscriber;
import dev.bellhop.live.Sweeper;
import dev.bellhop.redis.Redis;
import dev.bellhop.schedule.Promotion;
import dev.bellhop.stats.NodeReporter;
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
    private Settings settings;
    @Inject
    private Node node;
    @Inject
    private Lanes lanes;
    @Inject
    private Redis redis;
    @Inject
    private Subscriber subscriber;
    @Inject
    private Sweeper sweeper;
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
        if (!settings.roles().isEmpty()) { // why: some servers know no role that an application has not declared
            start.getServletContext().declareRoles(settings.roles().toArray(String[]::new));
        }
        lanes.start(threads);
        redis.start(threads); // does not wait for Redis: the application is to start without it
        subscriber.start(threads);
        sweeper.start();
        logins.start(start.getServletContext().getContextPath());
        ingestReader.start();
        promotion.start();
        reporter.start();
        LOG.log(System.Logger.Level.INFO, "Bellhop node {0} started at {1}/ws", node.name(), start.getServletContext().getContextPath());
    }

    @Override
    public void contextDestroyed(ServletContextEvent stop) {
        logins.stop();
        promotion.stop();
        ingestReader.stop(); // before the connections: another node takes over while these are closed
        connections.drain();
        sweeper.stop();
        reporter.stop();
        subscriber.stop();
        redis.stop(threads);
        lanes.stop();
        LOG.log(System.Logger.Level.INFO, "Bellhop node {0} stopped", node.name());
    }
}
