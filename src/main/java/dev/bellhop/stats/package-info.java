/** What each node reports about itself, and the last ten minutes of it. */
package dev.bellhop.stats;
