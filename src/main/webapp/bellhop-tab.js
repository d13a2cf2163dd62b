/**
 * A tab, as the shared worker sees it. A tab holds a lock as long as it lives; where there are no locks (plain HTTP), it is gone
 * when it has been silent for two minutes, since browsers let hidden tabs run once a minute.
 */
import { Outgoing } from './bellhop-outgoing.js';

const GONE = 120_000; // milliseconds
const STEP = 100; // words after which a tab is asked whether it has taken them
const BEHIND = 1_000; // a tab that has not taken so many is let go; it comes back and resumes

export class Tab {
  cameAt = 0; // as the hub counts
  sure = false; // the browser's login is still the connection's: asked after the tab came
  opened = false; // has been told that there is a connection
  served = false; // has had its answer to login, and is handed messages
  missed = false; // it is to be told that something may be missing
  /** @type {string | undefined} whose its position is */
  owner;
  /** @type {string | undefined} where it begins if it has no position: what other tabs had when it came */
  since;
  /** @type {string | undefined} of the last message that it was handed */
  position;
  outgoing = new Outgoing();

  #port;
  #gone;
  #heardAt = performance.now();
  #untaken = 0; // words
  #watch = new AbortController();

  /** @param {any} port @param {(word: any) => void} word what the tab says @param {() => void} gone called at most once */
  constructor(port, word, gone) {
    this.#port = port;
    this.#gone = gone;
    port.onmessage = (/** @type {MessageEvent} */ { data }) => {
      this.#heardAt = performance.now();
      if (data.type === 'beat') port.postMessage({ type: 'beat' });
      else if (data.type === 'taken') this.#untaken -= data.count;
      else word(data);
    };
    port.onclose = () => this.#over(); // not in all browsers
  }

  /** @param {string} type @param {unknown} [data] */
  say(type, data) {
    if (this.#watch.signal.aborted) return;
    this.#port.postMessage({ type, data });
    if (++this.#untaken % STEP === 0) this.#port.postMessage({ type: 'ask', count: STEP });
    if (this.#untaken <= BEHIND) return;
    this.#port.postMessage({ type: 'left' });
    this.#over();
  }

  /** Finds out when it is gone. @param {string} [lock] that the tab holds */
  follow(lock) {
    if (lock && navigator.locks) navigator.locks.request(lock, { signal: this.#watch.signal }, () => this.#over()).catch(() => {});
    else this.#listen();
  }

  /** It is told nothing any more. */
  leave() {
    this.#watch.abort();
    this.#port.close();
  }

  #listen() {
    setTimeout(() => {
      if (this.#watch.signal.aborted) return;
      if (performance.now() - this.#heardAt > GONE) this.#over();
      else this.#listen();
    }, GONE / 2);
  }

  #over() {
    if (!this.#watch.signal.aborted) this.#gone();
  }
}
