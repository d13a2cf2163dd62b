/** Starts and stops the parts of Bellhop, in the order in which they need each other. */
package dev.bellhop.app;
