/** The connections of this node: how they open, log in, get what was missed and what is new, and close. */
package dev.bellhop.live;
