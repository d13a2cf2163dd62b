package dev.bellhop.neighbour;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An application that keeps the threads of the server's default executors: each task waits until it is told to go on, two minutes at most. */
@WebServlet({"/take", "/give"})
public class Hog extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Resource
    private transient ManagedExecutorService executor;
    @Resource
    private transient ManagedScheduledExecutorService scheduler;

    private final transient AtomicInteger running = new AtomicInteger();
    private final transient CountDownLatch over = new CountDownLatch(1);

    /** Answers how many tasks have a thread. */
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().equals("/give")) {
            over.countDown();
        } else {
            for (int i = 0; i < Integer.parseInt(request.getParameter("tasks")); i++) {
                for (ExecutorService each : List.of(executor, scheduler)) {
                    try {
                        each.execute(this::hold);
                    } catch (RejectedExecutionException full) {
                        break;
                    }
                }
            }
        }
        response.setContentType("text/plain");
        response.getWriter().print(running);
    }

    private void hold() {
        running.incrementAndGet();
        try {
            over.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.decrementAndGet();
        }
    }

    @Override
    public void destroy() {
        over.countDown();
    }
}
