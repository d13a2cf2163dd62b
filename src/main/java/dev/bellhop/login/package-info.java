/** Who a request comes from, which login it belongs to, and from which origin it comes. */
package dev.bellhop.login;
