/** The messages that wait for their time, and their promotion into the ingest stream. */
package dev.bellhop.schedule;
