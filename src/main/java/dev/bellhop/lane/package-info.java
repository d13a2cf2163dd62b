/** Bellhop's own threads: a bounded queue for each kind of work, so that none holds up another. */
package dev.bellhop.lane;
