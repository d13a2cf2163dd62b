/** What this node has counted since it started, and how often it may say so in the log. */
package dev.bellhop.metric;
