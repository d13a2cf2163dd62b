/** Boards: what is kept once for everybody, for a role or for a group; and who is a member of which group. */
package dev.bellhop.board;
