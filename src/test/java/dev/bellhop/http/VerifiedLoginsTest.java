package dev.bellhop.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.http.VerifiedLogins.Backend;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class VerifiedLoginsTest {

    private static final long LASTS = TimeUnit.SECONDS.toNanos(5);
    private static final Backend SHOP = new Backend("shop", Set.of(Caller.PUBLISHER));

    private final AtomicLong now = new AtomicLong(-17);
    private final VerifiedLogins logins = new VerifiedLogins(LASTS, now::get);

    @Test
    void isRememberedFromWhenTheServerVerifiedItNotFromItsLastUse() {
        logins.add("shop:secret", SHOP);
        for (int i = 0; i < 5; i++) {
            assertThat(logins.find("shop:secret")).contains(SHOP);
            now.addAndGet(LASTS / 5);
        }
        assertThat(logins.find("shop:secret")).as("a changed password is noticed").isEmpty();
    }

    @Test
    void onlyTheVerySameNameAndPassword() {
        logins.add("shop:secret", SHOP);
        for (String other : new String[] {"shop:", "shop:secre", "shop:secret ", "shop:Secret", "shops:ecret", "sho:psecret", "shop:secret:", ":shopsecret"}) {
            assertThat(logins.find(other)).as(other).isEmpty();
        }
    }

    @Test
    void isBoundedAndMakesRoomWhenTimeHasPassed() {
        for (int i = 0; i < VerifiedLogins.MOST; i++) {
            logins.add("u" + i + ":p", SHOP);
        }
        logins.add("late:p", SHOP);
        assertThat(logins.find("late:p")).isEmpty();
        assertThat(logins.find("u0:p")).isPresent();
        now.addAndGet(LASTS);
        logins.add("late:p", SHOP);
        assertThat(logins.find("late:p")).isPresent();
    }

    @Test
    void mayBeSwitchedOff() {
        VerifiedLogins off = new VerifiedLogins(0, now::get);
        off.add("shop:secret", SHOP);
        assertThat(off.find("shop:secret")).isEmpty();
    }
}
