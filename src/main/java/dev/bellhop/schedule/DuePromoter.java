package dev.bellhop.schedule;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;

/** Has due messages promoted each second, on every node. */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN) // nothing here waits, so nothing is locked
@TransactionManagement(TransactionManagementType.BEAN) // Redis takes no part in the server's transactions
public class DuePromoter {

    @Inject
    private Promotion promotion;

    // why not persistent: what is scheduled lies in Redis; a persistent timer would need a database and fire for lost time
    @Schedule(hour = "*", minute = "*", second = "*", persistent = false)
    public void everySecond() {
        promotion.run(); // never throws: some servers cancel a timer whose method has thrown twice
    }
}
