/** Which node holds which user's connections. */
package dev.bellhop.presence;
