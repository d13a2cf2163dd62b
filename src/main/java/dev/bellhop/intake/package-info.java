/** Takes a valid message from HTTP or Java: keeps it now, or schedules it. */
package dev.bellhop.intake;
