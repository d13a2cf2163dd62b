package dev.bellhop.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bellhop.message.Address;
import org.junit.jupiter.api.Test;

/** Producers in other languages reckon the same: what is here must never change. */
class PartitionsTest {

    @Test
    void aPartitionIsTheHashSlotOfTheNameModuloTheirNumber() {
        // the cluster specification's own example: CRC16 of 123456789 is 0x31C3
        assertThat(Partitions.number(Address.user("123456789"), 4)).isEqualTo(0x31C3 % 4);
        assertThat(Partitions.number(Address.user("123456789"), 64)).isEqualTo(0x31C3 % 64);
        assertThat(Partitions.number(Address.user("123456789"), 1)).isZero();
        assertThat(Partitions.number(Address.user("a{123456789}b"), 64)).as("as a cluster's clients reckon").isEqualTo(0x31C3 % 64);
    }

    @Test
    void aBoardIsFoundByItsName() {
        assertThat(Partitions.number(Address.EVERYONE, 64)).isEqualTo(Partitions.number(Address.user("everyone"), 64));
        assertThat(Partitions.number(Address.role("manager"), 64)).isEqualTo(Partitions.number(Address.user("role:manager"), 64));
        assertThat(Partitions.number(Address.group("order-17"), 64)).isEqualTo(Partitions.number(Address.user("group:order-17"), 64));
    }
}
