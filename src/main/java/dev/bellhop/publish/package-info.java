/**
 * The Java interface for code in the same WAR, and the only package that such code may import: it stays compatible within a
 * major version.
 */
package dev.bellhop.publish;
