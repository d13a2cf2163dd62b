/** Why a call of the HTTP API is refused, and the reading of its body: for all who take calls. */
package dev.bellhop.problem;
