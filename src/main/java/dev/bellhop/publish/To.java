package dev.bellhop.publish;

import dev.bellhop.message.Address;
import dev.bellhop.message.BadMessageException;

/** Whom a message is for. Immutable. */
public final class To {
    private final Address address;

    private To(Address address) {
        this.address = address;
    }

    /**
     * One user.
     *
     * @param userId 1 to 256 characters
     * @throws IllegalArgumentException if it can be no user's id; {@code *} is none
     */
    public static To user(String userId) {
        if (Address.STAR.equals(userId)) {
            throw new IllegalArgumentException("* is no user; for everybody, say so");
        }
        return new To(Address.user(checked("user id", userId)));
    }

    /** Everybody: whoever is connected now, and whoever comes within the retention. */
    public static To everyone() {
        return new To(Address.EVERYONE);
    }

    /**
     * Whoever holds a role of the container.
     *
     * @param role one of {@code bellhop.roles}
     * @throws IllegalArgumentException if it can be no role
     */
    public static To role(String role) {
        return new To(Address.role(checked("role", role)));
    }

    /**
     * The members of a group at this moment.
     *
     * @param group 1 to 256 characters
     * @throws IllegalArgumentException if it can be no group
     */
    public static To group(String group) {
        return new To(Address.group(checked("group", group)));
    }

    static String checked(String what, String name) {
        if (name == null) {
            throw new IllegalArgumentException(what + " must not be null");
        }
        try {
            return Address.checked(what, name);
        } catch (BadMessageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    Address address() {
        return address;
    }

    @Override
    public String toString() {
        return address.isUser() ? "user " + address.name() : address.board();
    }
}
