/** Brings the entries of the ingest stream to the users' inboxes, in order, one node at a time. */
package dev.bellhop.ingest;
