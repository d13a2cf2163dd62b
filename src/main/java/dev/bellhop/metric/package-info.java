/** What this node has counted since it started. */
package dev.bellhop.metric;
