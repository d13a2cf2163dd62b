package dev.bellhop.it;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * A Redis that tests have for themselves: a static field with {@link RegisterExtension} has it for all tests of the class, another one for each test
 * anew. What runs on it ends before it does: what a test has started, after that test; what was started before, after the last one.
 */
public abstract class OwnRedis implements TestInstancePreConstructCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {
    /** The latest first. */
    private final Deque<AutoCloseable> users = new ArrayDeque<>();
    private int usersOfAll;
    private boolean ofAllTests;
    private boolean mayRunAgain;

    /** How a node of Bellhop is told of it, each {@code name=value}. */
    public abstract List<String> settings();

    /** Called before each test. */
    void prepare() {}

    /** Has it close before this Redis does. */
    public synchronized void closeFirst(AutoCloseable user) {
        users.addFirst(user);
        if (!ofAllTests) {
            usersOfAll++;
        }
    }

    /** Why not before each: nodes that are fields of the test start already when it is constructed. */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        ofAllTests = true;
        prepare();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (ofAllTests) {
            mayRunAgain |= context.getExecutionException().isPresent();
            closeUsers(usersOfAll);
        } else {
            afterAll(context);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (mayRunAgain) { // why: a test that fails is run once more, with what the class has in static fields; else all of it ends with the JVM
            mayRunAgain = false;
            return;
        }
        closeUsers(0);
        close();
    }

    private synchronized void closeUsers(int but) throws Exception {
        while (users.size() > but) {
            users.removeFirst().close();
        }
    }

    @Override
    public abstract void close();
}
