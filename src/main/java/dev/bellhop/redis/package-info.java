/** The connection to Redis for commands, the subscriptions, the scripts, and the names of all keys. */
package dev.bellhop.redis;
