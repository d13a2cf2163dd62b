package dev.bellhop.http;

import dev.bellhop.config.Settings;
import dev.bellhop.config.SingleInstance;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names and passwords of backends that the server has verified in the last seconds ({@code bellhop.api.remember-login}).
 *
 * <p>Why: a login of the server's costs more than all the rest of a call, an HTTP session and a logout included, and a backend sends
 * the same name and password with each call.
 *
 * <p>A password is never kept: only a digest of name and password together, keyed with a secret that is made at the start and never
 * leaves the process. What the server refuses is never remembered, so each guess asks the server. An entry counts from when
 * the server verified it, not from its last use: a changed password, a lost role or a locked user is noticed after these seconds.
 *
 * <p>Thread-safe; no call waits.
 */
@SingleInstance
class VerifiedLogins {
    /** How many are remembered; whoever comes when there are so many is verified by the server at each call. */
    static final int MOST = 1_000;

    private static final String MAC = "HmacSHA256";

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final SecretKeySpec secret = secret();
    private final long lastsNanos;
    private final LongSupplier clock;

    /**
     * Who a backend is.
     *
     * @param roles those of Bellhop's roles that the login has
     */
    record Backend(String name, Set<String> roles) {}

    private record Entry(Backend backend, long verifiedNanos) {}

    @Inject
    VerifiedLogins(Settings settings) {
        this(settings.rememberLogin().toNanos(), System::nanoTime);
    }

    /** @param lastsNanos 0: nothing is remembered */
    VerifiedLogins(long lastsNanos, LongSupplier clock) {
        this.lastsNanos = lastsNanos;
        this.clock = clock;
    }

    private static SecretKeySpec secret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, MAC);
    }

    /**
     * Who the server said that this is, if that was a moment ago.
     *
     * @param credentials name, colon, password
     */
    Optional<Backend> find(String credentials) {
        if (lastsNanos == 0) {
            return Optional.empty();
        }
        Entry entry = entries.get(digest(credentials));
        return entry == null || isOver(entry, clock.getAsLong()) ? Optional.empty() : Optional.of(entry.backend());
    }

    /** The server has just verified these. */
    void add(String credentials, Backend backend) {
        long now = clock.getAsLong();
        entries.values().removeIf(entry -> isOver(entry, now));
        if (lastsNanos > 0 && entries.size() < MOST) {
            entries.put(digest(credentials), new Entry(backend, now));
        }
    }

    private boolean isOver(Entry entry, long now) {
        return now - entry.verifiedNanos() >= lastsNanos;
    }

    private String digest(String credentials) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(secret);
            return HexFormat.of().formatHex(mac.doFinal(credentials.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
