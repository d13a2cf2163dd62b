/** Which transport is tried first, and which is left alone for a while because it did not get through. */

const AVOID = 300_000; // milliseconds
const DOUBT = 3; // refusals in a row after which a WebSocket that has worked is doubted

export class Choice {
  #transports;
  #avoidUntil; // epoch milliseconds; 0: not avoided
  #worked = false; // a WebSocket has

  /** @param {readonly string[]} transports the better one first @param {number} avoidUntil */
  constructor(transports, avoidUntil) {
    this.#transports = transports;
    this.#avoidUntil = avoidUntil;
  }

  get #avoids() {
    const left = this.#avoidUntil - Date.now();
    return left > 0 && left <= AVOID; // more: the clock was wrong, or is
  }

  /** The transports to be tried, in order. @param {number} refusals in a row */
  kinds(refusals) {
    const kinds = this.#avoids ? [...this.#transports].reverse() : [...this.#transports];
    // why: a WebSocket has got through here, so it is rather the server that is away, and need not be asked twice
    return this.#worked && kinds[0] === 'websocket' && refusals < DOUBT ? kinds.slice(0, 1) : kinds;
  }

  /**
   * This transport is logged in.
   *
   * @param {string} kind @param {boolean} blocked another one was tried before it @param {(until: number) => void} told of what is to be remembered
   */
  took(kind, blocked, told) {
    const avoided = this.#avoids;
    if (kind === 'websocket') {
      this.#worked = true;
      if (this.#avoidUntil) told((this.#avoidUntil = 0));
    } else if (blocked && !avoided) {
      this.#worked = false;
      told((this.#avoidUntil = Date.now() + AVOID));
    }
  }
}
