/** The settings of this node and its name, read once at the start. */
package dev.bellhop.config;
