/** Timers by name: each name has at most one. */
export class Timers {
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
  #timers = {};

  /** @param {string} name @param {number} wait @param {() => void} then */
  set(name, wait, then) {
    this.clear(name);
    this.#timers[name] = setTimeout(() => {
      this.#timers[name] = undefined;
      then();
    }, wait);
  }

  /** @param {string} name */
  clear(name) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = undefined;
  }
}
