/**
 * One attempt to log in: the likelier transport first; where it is refused, or silent for two seconds, the other one beside it.
 * The first whose login is answered wins.
 *
 * @typedef {import('./bellhop-line.js').Line} Line
 */

// milliseconds
const ANSWER = 15_000; // for the handshake and the answer to login
const BLOCKED = 2_000; // no answer by this transport: try the other one as well

export class Attempt {
  opened = false; // some transport has
  blocked = false; // the first transport did not get through, or not soon

  #kinds;
  #open;
  #told;
  /** @type {Set<Line>} */
  #lines = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #other;

  /**
   * @param {readonly string[]} kinds in the order in which they are tried
   * @param {(kind: string) => Line} open
   * @param {{ opened(): void, frame(line: Line, text: string): void, failed(code: number, reason: string): void }} told
   *   `frame` is to call `won` when a line has been answered
   */
  constructor(kinds, open, told) {
    this.#kinds = [...kinds];
    this.#open = open;
    this.#told = told;
  }

  start() {
    this.#patience = setTimeout(() => this.#fail(1006, this.opened ? 'no answer to login' : 'no handshake'), ANSWER);
    this.#next();
  }

  /** It is over; only this line stays open. @param {Line} [winner] */
  end(winner) {
    clearTimeout(this.#patience);
    clearTimeout(this.#other);
    for (const line of this.#lines) if (line !== winner) line.close();
    this.#lines.clear();
  }

  #next() {
    clearTimeout(this.#other);
    const kind = this.#kinds.shift();
    if (!kind) return false;
    const line = this.#open(kind);
    this.#lines.add(line);
    line.onopened = () => {
      const first = !this.opened;
      this.opened = true;
      if (first) this.#told.opened();
    };
    line.onframe = (text) => this.#told.frame(line, text);
    line.onclosed = (code, reason) => this.#closed(line, code, reason);
    if (this.#kinds.length) {
      this.#other = setTimeout(() => {
        this.blocked = true;
        this.#next();
      }, BLOCKED);
    }
    return true;
  }

  /** @param {Line} line @param {number} code @param {string} reason */
  #closed(line, code, reason) {
    this.#lines.delete(line);
    if (code === 4401 || code === 4403) return this.#fail(code, reason);
    // 1006: refused, or cut without a word before the login was answered
    if (code === 1006 && this.#kinds.length) {
      this.blocked = true;
      this.#next();
    }
    if (!this.#lines.size) this.#fail(code, reason);
  }

  /** @param {number} code @param {string} reason */
  #fail(code, reason) {
    this.end();
    this.#told.failed(code, reason);
  }
}
