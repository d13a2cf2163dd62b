/** A line that another one has replaced. It may still bring what was under way; the server ends it after a second. */
import { Timers } from './bellhop-timers.js';

/** @typedef {import('./bellhop-line.js').Line} Line */

const LAST = 10_000; // milliseconds: a server may forget it

export class Retired {
  /** @type {Line | undefined} */
  line;
  #timers = new Timers();

  /** @param {Line} line */
  take(line) {
    this.close();
    this.line = line;
    line.onclosed = () => this.close();
    this.#timers.set('last', LAST, () => this.close());
  }

  close() {
    this.#timers.clear('last');
    this.line?.close();
    this.line = undefined;
  }
}
