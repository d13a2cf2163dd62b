/** Lets through at most 15 things a second: the server refuses more than 20 frames. */

const BURST = 15;

export class Pace {
  #taken = 0; // within this second
  /** @type {ReturnType<typeof setTimeout> | undefined} ends the second */
  #timer;

  /**
   * What may go now.
   *
   * @template T @param {() => T | undefined} next @param {() => void} again called when more may go @returns {T[]}
   */
  take(next, again) {
    const some = [];
    for (let one; this.#taken < BURST && (one = next()) !== undefined; this.#taken++) some.push(one);
    if (this.#taken && !this.#timer) {
      this.#timer = setTimeout(() => {
        this.reset();
        again();
      }, 1000);
    }
    return some;
  }

  reset() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#taken = 0;
  }
}
