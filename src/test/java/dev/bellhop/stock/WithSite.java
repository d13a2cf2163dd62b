package dev.bellhop.stock;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test on a {@link Site}. All such tests share it: what a test changes it puts back, and the applications that it deploys have
 * names of their own.
 */
@ExtendWith(WithSite.Shared.class)
@Tag("server")
abstract class WithSite {

    private static Site shared;

    protected final Site site = shared;

    /** Makes the site once; it lives as long as the test run. */
    static final class Shared implements BeforeAllCallback {

        private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Shared.class);

        @Override
        public void beforeAll(ExtensionContext context) {
            shared = context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Site.class, key -> create(), Site.class);
        }

        private static Site create() {
            try {
                return new Site("stock");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
