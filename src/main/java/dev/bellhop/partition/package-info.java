/** Over how many streams messages are spread, which one a message takes, and how many of them a node reads. */
package dev.bellhop.partition;
