/** What is answered over HTTP: the API, health, metrics and the data of the console. */
package dev.bellhop.http;
