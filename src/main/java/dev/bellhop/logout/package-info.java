/** A jar of its own for the existing application, which tells Bellhop when somebody logs out. */
package dev.bellhop.logout;
