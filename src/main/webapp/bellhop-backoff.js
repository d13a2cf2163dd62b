/** How long to wait before the next attempt: at random, for pages that lost the same server must not return in step. */

// milliseconds
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const DRAIN_WAIT = 5_000; // a node that goes away sends all its pages elsewhere at once
const CHECK_WAIT = 100; // a login check is over as soon as the page is back

export class Backoff {
  #failures = 0; // attempts since the last good connection: the exponent

  /** A connection has lasted. */
  good() {
    this.#failures = 0;
  }

  /** @param {number} code @param {string} reason why the connection has ended */
  wait(code, reason) {
    const longest = code === 1001 ? (reason === 'login check' ? CHECK_WAIT : DRAIN_WAIT) : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    return Math.random() * longest;
  }
}
