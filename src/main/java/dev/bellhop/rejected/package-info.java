/** Messages and frames that could not be used: counted, logged, and kept for inspection. */
package dev.bellhop.rejected;
