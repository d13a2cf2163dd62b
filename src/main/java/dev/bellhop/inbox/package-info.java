/**
 * The kept messages of each user in Redis, with their positions and the marks that tell how far pages were sent and how far the
 * user has read.
 */
package dev.bellhop.inbox;
