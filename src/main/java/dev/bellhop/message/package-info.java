/** A message, its JSON, and its position in an inbox. */
package dev.bellhop.message;
